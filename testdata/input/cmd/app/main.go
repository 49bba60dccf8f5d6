// Command app is the example of docs/input.md.
package main

import "net/http"

func main() {
	_ = http.ListenAndServe(":8080", http.FileServer(http.Dir("static")))
}
