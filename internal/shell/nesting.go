package shell

// maxOpens bounds how deep a text can be nested. The parser calls itself for every level, and Go ends the
// process when a stack grows beyond a gigabyte; this many levels of the dearest kind take tens of megabytes.
const maxOpens = 1 << 14

// opens is an upper bound for the nesting of the text: the number of bytes and keywords that can open a level in
// some place, whether they do or not. Only a bound that needs no parsing is sure to hold for every input.
func opens(text string) int {
	n := 0
	for i := 0; i < len(text); {
		b := text[i]
		if !isLetter(b) {
			switch b {
			case '(', '{', '[', '`', '<', '>', '|', '&', '!', '~', '?', '*', '^', '-', '+', '=', '$':
				n++
			}
			i++
			continue
		}
		start := i
		for i < len(text) && isLetter(text[i]) {
			i++
		}
		switch text[start:i] {
		case "if", "elif", "else", "while", "until", "for", "foreach", "repeat", "case", "select", "function", "coproc", "time":
			n++
		}
	}
	return n
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
