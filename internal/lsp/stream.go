package lsp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

// Bounds on what is read: the largest message, and the largest header.
const (
	maxMessage = 256 << 20
	maxHeader  = 8 << 10
)

// stream reads and writes messages with the protocol's headers. A message that is no request is answered with an error and passed over;
// the library's own stream would end there.
type stream struct {
	in  *bufio.Reader
	mu  sync.Mutex // guards what follows
	out io.Writer
	// fault is why what was read last makes no sense; nil when the stream has ended, as streams do.
	fault error
}

func newStream(in io.Reader, out io.Writer) *stream {
	return &stream{in: bufio.NewReader(in), out: out}
}

func (s *stream) WriteObject(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err = s.out.Write(append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(body)), body...))
	return err
}

func (s *stream) ReadObject(v any) error {
	for {
		body, err := s.message()
		if err != nil {
			if err != io.EOF && err != io.ErrUnexpectedEOF {
				s.mu.Lock()
				s.fault = err
				s.mu.Unlock()
			}
			return err
		}
		if err = check(body); err == nil {
			if err = json.Unmarshal(body, v); err == nil {
				return nil
			}
			reflect.ValueOf(v).Elem().SetZero()
		}
		id, bad := json.RawMessage("null"), (*jsonrpc2.Error)(nil)
		if !errors.As(err, &bad) {
			bad = &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidRequest, Message: err.Error()}
		}
		var m struct {
			ID json.RawMessage `json:"id"`
		}
		if json.Unmarshal(body, &m) == nil && len(m.ID) > 0 {
			id = m.ID // who asked is to know that no other answer comes
		}
		answer := struct {
			Version string          `json:"jsonrpc"`
			ID      json.RawMessage `json:"id"`
			Error   *jsonrpc2.Error `json:"error"`
		}{"2.0", id, bad}
		if err := s.WriteObject(answer); err != nil {
			return err
		}
	}
}

// check says what the library would not: that a message is no JSON, or a number of a request no whole one.
func check(body []byte) error {
	if !json.Valid(body) {
		return &jsonrpc2.Error{Code: jsonrpc2.CodeParseError, Message: "the message is not valid JSON"}
	}
	var m struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return errors.New("the message is not an object")
	}
	if id := string(m.ID); id != "" && id != "null" && id[0] != '"' {
		if _, err := strconv.ParseUint(id, 10, 63); err != nil {
			return fmt.Errorf("the id %s is neither a whole number nor text", id)
		}
	}
	return nil
}

// message reads one message. An error means that the stream is at its end or cannot be made sense of.
func (s *stream) message() ([]byte, error) {
	length, begun := -1, false
	for read := 0; ; {
		line, err := s.in.ReadSlice('\n')
		if read += len(line); errors.Is(err, bufio.ErrBufferFull) || read > maxHeader {
			return nil, errors.New("a header is too long")
		} else if err == io.EOF && (begun || len(line) > 0) {
			return nil, io.ErrUnexpectedEOF
		} else if err != nil {
			return nil, err
		}
		header := string(bytes.TrimRight(line, "\r\n"))
		if header == "" && begun {
			break
		} else if header == "" {
			continue // between messages
		}
		begun = true
		name, value, ok := strings.Cut(header, ":")
		if !ok {
			return nil, fmt.Errorf("%.40q is not a header", header)
		}
		if strings.EqualFold(name, "Content-Length") {
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil || n < 0 || n > maxMessage {
				return nil, fmt.Errorf("Content-Length %.40q is not a length up to %d", strings.TrimSpace(value), maxMessage)
			}
			length = n
		}
	}
	if length < 0 {
		return nil, errors.New("a message has no Content-Length")
	}
	// Read as it comes: a length alone is not to cost memory.
	var body bytes.Buffer
	if _, err := io.CopyN(&body, s.in, int64(length)); err == io.EOF {
		return nil, io.ErrUnexpectedEOF
	} else if err != nil {
		return nil, err
	}
	return body.Bytes(), nil
}

// broken is why what was read last makes no sense, nil when it does.
func (s *stream) broken() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// Close leaves the streams to who opened them.
func (s *stream) Close() error { return nil }
