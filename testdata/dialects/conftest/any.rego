# Says the whole document of every file, so that one of which nothing is said was not judged.
package main

import rego.v1

deny contains json.marshal(input) if is_array(input)
