package lsp

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// model is a document as a client may hold it: lines of runes with the ends they have. It shares nothing with the server's.
type model struct {
	units encoding
	runes []rune
}

// lines are where lines begin and where their text ends.
func (m *model) lines() (starts, ends []int) {
	starts = []int{0}
	for i := 0; i < len(m.runes); i++ {
		switch {
		case m.runes[i] == '\r' && i+1 < len(m.runes) && m.runes[i+1] == '\n':
			ends, starts = append(ends, i), append(starts, i+2)
			i++
		case m.runes[i] == '\r' || m.runes[i] == '\n':
			ends, starts = append(ends, i), append(starts, i+1)
		}
	}
	return starts, append(ends, len(m.runes))
}

func (m *model) position(starts, ends []int, line, at int) position {
	width := 0
	for _, r := range m.runes[starts[line]:at] {
		switch m.units {
		case utf8Units:
			width += utf8.RuneLen(r)
		case utf16Units:
			width += utf16.RuneLen(r)
		default:
			width++
		}
	}
	return position{line, width}
}

// edit is a random one: it replaces a few characters, over line ends too, by a few others.
func (m *model) edit(r *rand.Rand) contentChange {
	pieces := []string{"a", "ß", "日", "🚀", "e\u0301", "\t", " ", "\n", "\r\n", "\r", "\uFEFF", "$", "\"", "'", "\\", "#", "\\\n", "RUN ", "FROM a AS b\n", "COPY --from=b . .\r\n", "ENV A b\n",
		"<<EOF\n", "EOF\n", "# plimline ignore=", "", "", "", "", "", ""}
	starts, ends := m.lines()
	pick := func() (int, position) {
		line := r.IntN(len(starts))
		at := starts[line] + r.IntN(ends[line]-starts[line]+1)
		return at, m.position(starts, ends, line, at)
	}
	from, start := pick()
	to, end := from, start
	if r.IntN(3) > 0 {
		if r.IntN(4) == 0 {
			to, end = pick()
		} else if to = min(from+r.IntN(3), ends[start.Line]); to > from {
			end = m.position(starts, ends, start.Line, to)
		}
	}
	if to < from {
		from, to, start, end = to, from, end, start
	}
	if r.IntN(50) > 0 && to-from > 40 {
		to, end = from, start
	}
	text := pieces[r.IntN(len(pieces))]
	if len(m.runes) > 3000 {
		text = ""
	}
	m.runes = []rune(string(m.runes[:from]) + text + string(m.runes[to:]))
	return contentChange{&textRange{start, end}, text}
}

// TestRandomEdits: after each of 10,000 edits the server's text is the client's, and it takes no more memory at the end than after 1,000.
func TestRandomEdits(t *testing.T) {
	for _, units := range []encoding{utf16Units, utf8Units, utf32Units} {
		t.Run(string(units), func(t *testing.T) {
			edits := 10_000
			if testing.Short() || units != utf16Units {
				edits = 2_000
			}
			c := start(t, options(t))
			c.begin(fmt.Sprintf(`{"general":{"positionEncodings":[%q]},"textDocument":{"diagnostic":{}}}`, units))
			seed := rand.Uint64()
			r := rand.New(rand.NewPCG(seed, 1))
			m := &model{units, []rune(sample)}
			c.open("Dockerfile", sample)
			var early uint64
			for version := 2; version < edits+2; {
				var changes []contentChange
				for range 1 + r.IntN(3) {
					changes = append(changes, m.edit(r))
				}
				c.change("Dockerfile", version, changes...)
				switch {
				case version%250 == 0:
					c.pull("Dockerfile") // a lint in the middle of it all
				case version%25 == 0:
					c.call("textDocument/semanticTokens/full", c.at("Dockerfile", 0, 0), nil)
				default:
					c.refused("nothing", nil) // its answer says that the edit was taken in
				}
				if got := string(c.server.latest(c.uri("Dockerfile")).Bytes); got != string(m.runes) {
					t.Fatalf("seed %d, version %d: %v\nserver %q\nclient %q", seed, version, changes, got, string(m.runes))
				}
				if version == 1_000 {
					early = heap()
				}
				version++
			}
			late := heap()
			c.end()
			t.Logf("%d kB after 1,000 edits, %d kB after %d", early/1000, late/1000, edits)
			if float64(late) > 1.2*float64(early) {
				t.Errorf("the heap has grown from %d to %d bytes", early, late)
			}
		})
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestPositions: places on lines with emoji, tabs, combining characters and a byte order mark, in all units; and positions that are nowhere.
func TestPositions(t *testing.T) {
	const text = "\uFEFF🚀\té日x\r\n\r\rlast"
	for _, tt := range []struct {
		units   encoding
		x, last position
	}{
		{utf8Units, position{0, 3 + 4 + 1 + 2 + 3}, position{3, 4}},
		{utf16Units, position{0, 1 + 2 + 1 + 1 + 1}, position{3, 4}},
		{utf32Units, position{0, 1 + 1 + 1 + 1 + 1}, position{3, 4}},
	} {
		d := newText("Dockerfile", []byte(text), tt.units)
		if got := d.position(strings.Index(text, "x")); got != tt.x {
			t.Errorf("%s: x is at %v, want %v", tt.units, got, tt.x)
		}
		if got := d.position(len(text)); got != tt.last {
			t.Errorf("%s: the end is at %v, want %v", tt.units, got, tt.last)
		}
		for offset := range text {
			if strings.HasPrefix(text[offset:], "\n") || offset > 0 && text[offset-1:offset+1] == "\r\n" {
				continue // within a line's end
			}
			if got := d.offset(d.position(offset)); got != offset {
				t.Errorf("%s: %d comes back as %d", tt.units, offset, got)
			}
		}
		for p, want := range map[position]int{
			{-1, 0}: 0, {0, -1}: 0, {0, 1000}: strings.Index(text, "\r\n"), {4, 0}: len(text), {1 << 30, 1 << 30}: len(text), {1, 5}: strings.Index(text, "\r\r"),
		} {
			if got := d.offset(p); got != want {
				t.Errorf("%s: %v is at %d, want %d", tt.units, p, got, want)
			}
		}
	}
	// In the middle of a surrogate pair, and a range that is the wrong way round.
	d := newText("Dockerfile", []byte("a🚀b"), utf16Units)
	if got := d.offset(position{0, 2}); got != 1 {
		t.Errorf("within the rocket: %d", got)
	}
	if got := string(d.edited([]contentChange{{&textRange{position{0, 3}, position{0, 1}}, "-"}}).Bytes); got != "a-b" {
		t.Errorf("backwards: %q", got)
	}
}

// TestEncodings: what is agreed on, and that findings are in it.
func TestEncodings(t *testing.T) {
	for client, want := range map[string]string{
		``: "utf-16 8", `"utf-16"`: "utf-16 8", `"utf-16","utf-8"`: "utf-8 10", `"utf-32"`: "utf-32 7", `"utf-32","utf-16"`: "utf-16 8", `"utf-7"`: "utf-16 8",
	} {
		c := start(t, options(t))
		var result struct {
			Capabilities struct {
				PositionEncoding string `json:"positionEncoding"`
			} `json:"capabilities"`
		}
		c.call("initialize", map[string]any{"capabilities": map[string]any{"general": map[string]any{"positionEncodings": rawList(client)}}}, &result)
		c.notify("initialized", struct{}{})
		c.open("Dockerfile", "FROM alpine:3.20\nUSER 1000\nENV 🚀 b\n")
		found := c.pull("Dockerfile")
		if got := fmt.Sprint(result.Capabilities.PositionEncoding, " ", found[len(found)-1].Range.End.Character); got != want {
			t.Errorf("%s: %s, want %s", client, got, want)
		}
		c.end()
	}
}
