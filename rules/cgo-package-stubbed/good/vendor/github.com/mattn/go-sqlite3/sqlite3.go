package sqlite3

import "C"
