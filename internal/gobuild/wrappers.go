package gobuild

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// What is left of a package for C code when cgo is off.
type remains int

const (
	broken remains = iota + 1 // no Go file, or too few to compile what uses it
	stub                      // functions that return an error, or use such
)

// wrappers are packages for C code, and packages that are nothing without one, without the major versions in their paths. They were built with
// CGO_ENABLED=0, or what they import was listed, in 2026-11 in their newest versions; three were read.
var wrappers = map[string]remains{
	"github.com/containers/storage/pkg/devicemapper":     stub, // read
	"github.com/golang-migrate/migrate/database/sqlite3": stub,
	"github.com/google/gousb":                            stub, // read
	"github.com/jinzhu/gorm/dialects/sqlite":             stub,
	"github.com/mattn/go-sqlite3":                        stub,
	"github.com/mutecomm/go-sqlcipher":                   stub,
	"github.com/xeodou/go-sqlcipher":                     stub, // read
	"gorm.io/driver/sqlite":                              stub,

	"github.com/DataDog/zstd":                           broken,
	"github.com/NVIDIA/go-nvml/pkg/nvml":                broken,
	"github.com/ThalesIgnite/crypto11":                  broken,
	"github.com/alexbrainman/odbc":                      broken,
	"github.com/apple/foundationdb/bindings/go/src/fdb": broken,
	"github.com/aquasecurity/libbpfgo":                  broken,
	"github.com/asg017/sqlite-vec-go-bindings/cgo":      broken,
	"github.com/chai2010/webp":                          broken,
	"github.com/confluentinc/confluent-kafka-go/kafka":  broken,
	"github.com/coreos/go-systemd/sdjournal":            broken,
	"github.com/davidbyttow/govips/vips":                broken,
	"github.com/duckdb/duckdb-go":                       broken,
	"github.com/go-gl/glfw/glfw":                        broken,
	"github.com/godror/godror":                          broken,
	"github.com/google/gopacket/pcap":                   broken,
	"github.com/gopacket/gopacket/pcap":                 broken,
	"github.com/gordonklaus/portaudio":                  broken,
	"github.com/h2non/bimg":                             broken,
	"github.com/jmhodges/levigo":                        broken,
	"github.com/linxGnu/grocksdb":                       broken,
	"github.com/marcboeker/go-duckdb":                   broken,
	"github.com/mattn/go-oci8":                          broken,
	"github.com/miekg/pkcs11":                           broken,
	"github.com/msteinert/pam":                          broken,
	"github.com/otiai10/gosseract":                      broken,
	"github.com/pebbe/zmq4":                             broken,
	"github.com/proglottis/gpgme":                       broken,
	"github.com/seccomp/libseccomp-golang":              broken,
	"github.com/smacker/go-tree-sitter":                 broken,
	"github.com/supranational/blst/bindings/go":         broken,
	"github.com/tecbot/gorocksdb":                       broken,
	"github.com/tree-sitter/go-tree-sitter":             broken,
	"github.com/tursodatabase/go-libsql":                broken,
	"github.com/valyala/gozstd":                         broken,
	"github.com/veandco/go-sdl2/sdl":                    broken,
	"github.com/yalue/onnxruntime_go":                   broken,
	"gocv.io/x/gocv":                                    broken,
}

// inGo are SQLite without C. Where one of them is required, it may stand in for the stub.
var inGo = []string{"github.com/glebarez/go-sqlite", "github.com/ncruces/go-sqlite3", "modernc.org/sqlite", "zombiezen.com/go/sqlite"}

var versionInPath = regexp.MustCompile(`/v[0-9.]+`)

// wrapper looks whether a package is known to be one for C code. Its sources need not be at hand.
func (r *reader) wrapper(pkg, file string) {
	left, ok := wrappers[versionInPath.ReplaceAllString(pkg, "")]
	if !ok || slices.ContainsFunc(r.mod.Replace, func(x *modfile.Replace) bool {
		return x.New.Path != x.Old.Path && (pkg == x.Old.Path || strings.HasPrefix(pkg, x.Old.Path+"/"))
	}) {
		return
	}
	switch {
	case r.build.CgoEnabled:
		first(&r.found.Cgo, pkg, file)
	case left == broken:
		first(&r.found.Excluded, pkg, file)
	case !slices.ContainsFunc(r.mod.Require, func(x *modfile.Require) bool { return slices.Contains(inGo, x.Mod.Path) }):
		first(&r.found.Stub, pkg, file)
	}
}
