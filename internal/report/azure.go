package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/plimline/plimline/internal/finding"
)

// writeAzure writes logging commands of Azure Pipelines (learn.microsoft.com, "Logging commands"). They know errors and warnings; notes
// and what could not be decided are plain lines of the log.
func writeAzure(w io.Writer, run *Run, opt Options) error {
	b := bufio.NewWriter(w)
	for i := range run.issues() {
		if i.unknown() || i.severity < finding.Warning {
			fmt.Fprintf(b, "%s:%d:%d: %s: %s [%s]\n", azureLine(i.path), i.line, i.column, i.word(), azureLine(i.message), i.rule)
			continue
		}
		fmt.Fprintf(b, "##vso[task.logissue type=%s;sourcepath=%s;linenumber=%d;columnnumber=%d;code=%s;]%s\n",
			i.severity, azureProperty(i.path), i.line, i.column, azureProperty(i.rule), azureData(i.message))
	}
	if !opt.Quiet {
		fmt.Fprintln(b, run.summary())
	}
	return b.Flush()
}

// azureLine keeps text in a plain line from being read as a command, which may stand anywhere in it.
func azureLine(s string) string {
	return strings.ReplaceAll(visible(s, false), "##", "#\u200b#")
}

func azureData(s string) string {
	return strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A").Replace(visible(s, true))
}

func azureProperty(s string) string {
	return strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", "]", "%5D", ";", "%3B").Replace(visible(s, false))
}
