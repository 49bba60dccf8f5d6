package native

// int answer() { return 42; }
import "C"

func Call() int { return int(C.answer()) }
