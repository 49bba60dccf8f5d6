package lsp

import "encoding/json"

// What follows are the parts of the Language Server Protocol 3.17 that are used here, under its names.

type position struct {
	Line      int `json:"line"`      // 0-based
	Character int `json:"character"` // 0-based, in units of the encoding agreed on
}

type textRange struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type location struct {
	URI   string    `json:"uri"`
	Range textRange `json:"range"`
}

type textEdit struct {
	Range   textRange `json:"range"`
	NewText string    `json:"newText"`
}

type versionedDocument struct {
	URI     string `json:"uri"`
	Version *int   `json:"version"`
}

type documentEdit struct {
	TextDocument versionedDocument `json:"textDocument"`
	Edits        []textEdit        `json:"edits"`
}

// workspaceEdit has one of the two: clients that know versions get documentChanges.
type workspaceEdit struct {
	Changes         map[string][]textEdit `json:"changes,omitempty"`
	DocumentChanges []documentEdit        `json:"documentChanges,omitempty"`
}

type workspaceFolder struct {
	URI  string `json:"uri"`
	Name string `json:"name"`
}

// capabilities are those of the client.
type capabilities struct {
	General struct {
		PositionEncodings []encoding `json:"positionEncodings"`
	} `json:"general"`
	Workspace struct {
		WorkspaceEdit struct {
			DocumentChanges bool `json:"documentChanges"`
		} `json:"workspaceEdit"`
		DidChangeWatchedFiles struct {
			DynamicRegistration bool `json:"dynamicRegistration"`
		} `json:"didChangeWatchedFiles"`
		Diagnostics struct {
			RefreshSupport bool `json:"refreshSupport"`
		} `json:"diagnostics"`
	} `json:"workspace"`
	TextDocument struct {
		PublishDiagnostics diagnosticCapabilities  `json:"publishDiagnostics"`
		Diagnostic         *diagnosticCapabilities `json:"diagnostic"`
		Hover              struct {
			ContentFormat []string `json:"contentFormat"`
		} `json:"hover"`
		Rename struct {
			PrepareSupport bool `json:"prepareSupport"`
		} `json:"rename"`
		Completion struct {
			Item struct {
				InsertReplace bool `json:"insertReplaceSupport"`
			} `json:"completionItem"`
		} `json:"completion"`
		DocumentSymbol struct {
			Hierarchical bool `json:"hierarchicalDocumentSymbolSupport"`
		} `json:"documentSymbol"`
		CodeAction struct {
			Literals       *struct{} `json:"codeActionLiteralSupport"`
			ResolveSupport struct {
				Properties []string `json:"properties"`
			} `json:"resolveSupport"`
			DataSupport bool `json:"dataSupport"`
		} `json:"codeAction"`
	} `json:"textDocument"`
}

type diagnosticCapabilities struct {
	RelatedInformation bool `json:"relatedInformation"`
	TagSupport         struct {
		ValueSet []int `json:"valueSet"`
	} `json:"tagSupport"`
}

type initializeParams struct {
	ProcessID        int               `json:"processId"` // 0 when the client has none, or does not say
	Capabilities     capabilities      `json:"capabilities"`
	RootURI          string            `json:"rootUri"`
	WorkspaceFolders []workspaceFolder `json:"workspaceFolders"`
}

type contentChange struct {
	Range *textRange `json:"range"` // nil: Text is all of it
	Text  string     `json:"text"`
}

type didOpenParams struct {
	TextDocument struct {
		URI        string `json:"uri"`
		LanguageID string `json:"languageId"`
		Version    int    `json:"version"`
		Text       string `json:"text"`
	} `json:"textDocument"`
}

type didChangeParams struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
	} `json:"textDocument"`
	ContentChanges []contentChange `json:"contentChanges"`
}

type watchedFilesParams struct {
	Changes []struct {
		URI string `json:"uri"`
	} `json:"changes"`
}

type foldersParams struct {
	Event struct {
		Added   []workspaceFolder `json:"added"`
		Removed []workspaceFolder `json:"removed"`
	} `json:"event"`
}

// params are those of all requests about a document, and of notifications that name one.
type params struct {
	TextDocument struct {
		URI string `json:"uri"`
	} `json:"textDocument"`
	Position         position  `json:"position"`
	Range            textRange `json:"range"`
	NewName          string    `json:"newName"`
	PreviousResultID string    `json:"previousResultId"`
	Context          struct {
		IncludeDeclaration bool         `json:"includeDeclaration"` // references
		Diagnostics        []diagnostic `json:"diagnostics"`        // code actions
		Only               []string     `json:"only"`               // code actions; none: all kinds
	} `json:"context"`
}

type diagnostic struct {
	Range              textRange        `json:"range"`
	Severity           int              `json:"severity"`
	Code               json.RawMessage  `json:"code,omitempty"` // ours are strings; a client may send another server's
	CodeDescription    *codeDescription `json:"codeDescription,omitempty"`
	Source             string           `json:"source,omitempty"`
	Message            string           `json:"message"`
	Tags               []int            `json:"tags,omitempty"`
	RelatedInformation []relatedPlace   `json:"relatedInformation,omitempty"`
}

type codeDescription struct {
	Href string `json:"href"`
}

type relatedPlace struct {
	Location location `json:"location"`
	Message  string   `json:"message"`
}

// Severities of diagnostics.
const (
	severityError       = 1
	severityWarning     = 2
	severityInformation = 3
)

// tagUnnecessary marks what nothing uses: editors grey it out.
const tagUnnecessary = 1

type publishParams struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version,omitempty"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

type diagnosticReport struct {
	Kind     string        `json:"kind"` // full or unchanged
	ResultID string        `json:"resultId,omitempty"`
	Items    *[]diagnostic `json:"items,omitempty"`
}

type codeAction struct {
	Title       string         `json:"title"`
	Kind        string         `json:"kind"`
	Diagnostics []diagnostic   `json:"diagnostics,omitempty"`
	IsPreferred bool           `json:"isPreferred,omitempty"`
	Edit        *workspaceEdit `json:"edit,omitempty"`
	Data        *fixRequest    `json:"data,omitempty"`
}

// fixRequest is a code action whose edit is worked out when it is asked for.
type fixRequest struct {
	URI     string `json:"uri"`
	Version int    `json:"version"`
	Rule    string `json:"rule,omitempty"` // "" for all
	Unsafe  bool   `json:"unsafe,omitempty"`
}

// Kinds of code actions.
const (
	kindQuickFix = "quickfix"
	kindFixAll   = "source.fixAll.plimline"
)

type markup struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

type hover struct {
	Contents markup     `json:"contents"`
	Range    *textRange `json:"range,omitempty"`
}

type documentHighlight struct {
	Range textRange `json:"range"`
	Kind  int       `json:"kind"` // 2 read, 3 write
}

type documentSymbol struct {
	Name           string           `json:"name"`
	Detail         string           `json:"detail,omitempty"`
	Kind           int              `json:"kind"`
	Range          textRange        `json:"range"`
	SelectionRange textRange        `json:"selectionRange"`
	Children       []documentSymbol `json:"children,omitempty"`
}

// symbolInformation is a symbol for clients that know no trees of them.
type symbolInformation struct {
	Name          string   `json:"name"`
	Kind          int      `json:"kind"`
	Location      location `json:"location"`
	ContainerName string   `json:"containerName,omitempty"`
}

type foldingRange struct {
	StartLine int    `json:"startLine"`
	EndLine   int    `json:"endLine"`
	Kind      string `json:"kind,omitempty"` // comment; "" for what has no kind of its own
}

type completionItem struct {
	Label      string          `json:"label"`
	Kind       int             `json:"kind"`
	Detail     string          `json:"detail,omitempty"`
	FilterText string          `json:"filterText,omitempty"`
	SortText   string          `json:"sortText,omitempty"`
	TextEdit   *completionEdit `json:"textEdit,omitempty"`
}

// completionEdit has a range, or the two from which the user chooses: what is typed, and the word that it is in.
type completionEdit struct {
	NewText string     `json:"newText"`
	Range   *textRange `json:"range,omitempty"`
	Insert  *textRange `json:"insert,omitempty"`
	Replace *textRange `json:"replace,omitempty"`
}

type completionList struct {
	IsIncomplete bool             `json:"isIncomplete"`
	Items        []completionItem `json:"items"`
}

type renamePlace struct {
	Range       textRange `json:"range"`
	Placeholder string    `json:"placeholder"`
}
