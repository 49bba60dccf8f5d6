// Command plimline lints Dockerfiles and checks them against policies.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/plimline/plimline/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
