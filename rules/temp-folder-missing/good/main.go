package main

import "os"

func main() {
	f, err := os.CreateTemp("", "app")
	if err != nil {
		panic(err)
	}
	f.Close()
}
