package main

import "net"

func main() { net.LookupHost("example.com") }
