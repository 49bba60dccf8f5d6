package main

import (
	"fmt"
	"time"
)

func main() {
	zone, err := time.LoadLocation("Europe/Prague")
	if err != nil {
		panic(err)
	}
	fmt.Println(time.Now().In(zone))
}
