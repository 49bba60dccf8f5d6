module example.com/app

go 1.26

require github.com/mattn/go-sqlite3 v1.14.50
