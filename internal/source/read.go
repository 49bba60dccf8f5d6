package source

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ReadAtMost reads a file of at most so many bytes. The error says so when there is more, or is the Cause.
func ReadAtMost(r io.Reader, most int) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, Cause(err)
	}
	if len(content) > most {
		return nil, fmt.Errorf("it is larger than %d MB", most>>20)
	}
	return content, nil
}

// Cause is an error of the file system without the name of the file, for messages that have it already.
func Cause(err error) error {
	var path *os.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
