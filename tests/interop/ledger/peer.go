// Peer checks what our ledger writes, and writes what our ledger must check, with the packages of the
// Go checksum database. It shares no code with the suite.
//
//	peer leaves <folder>   reads vkey, *.tlog-proof with *.leaf
//	peer verify <folder>   the same, and *.checkpoint, *.consistency, tile/
//	peer cosigned <folder> reads vkey, witness.vkey, *.checkpoint; each must be signed by both
//	peer make <folder>     writes vkey, log.checkpoint, *.tlog-proof with *.leaf, *.consistency
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io/ioutil"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const proofHeader = "c2sp.org/tlog-proof@v1\n"

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func read(folder, name string) []byte {
	content, err := ioutil.ReadFile(filepath.Join(folder, name))
	must(err)
	return content
}

func write(folder, name, content string) {
	must(ioutil.WriteFile(filepath.Join(folder, name), []byte(content), 0o600))
}

func list(folder, pattern string) []string {
	found, err := filepath.Glob(filepath.Join(folder, pattern))
	must(err)
	if len(found) == 0 {
		log.Fatalf("no %s in %s", pattern, folder)
	}
	for i := range found {
		found[i] = filepath.Base(found[i])
	}
	return found
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	must(err)
	return n
}

func hashes(lines []string) []tlog.Hash {
	var all []tlog.Hash
	for _, line := range lines {
		h, err := tlog.ParseHash(line)
		must(err)
		all = append(all, h)
	}
	return all
}

// open verifies a checkpoint's signature and takes it apart.
func open(message []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(message, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		log.Fatalf("not a checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	return tlog.Tree{N: number(lines[1]), Hash: hashes(lines[2:3])[0]}
}

// tiles reads tiles from a folder laid out as C2SP tlog-tiles says.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		// Go names the height in the path, C2SP does not.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		content, err := ioutil.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		all = append(all, content)
	}
	return all, nil
}

// leaves checks that every leaf is where its proof file says.
func leaves(folder string, verifier note.Verifier) {
	for _, name := range list(folder, "*.tlog-proof") {
		file := read(folder, name)
		split := bytes.Index(file, []byte("\n\n"))
		if split < 0 || !bytes.HasPrefix(file, []byte(proofHeader)) {
			log.Fatalf("%s is no proof file", name)
		}
		lines := strings.Split(string(file[len(proofHeader):split]), "\n")
		index := number(strings.TrimPrefix(lines[0], "index "))
		tree := open(file[split+2:], verifier)
		leaf := tlog.RecordHash(read(folder, strings.TrimSuffix(name, "tlog-proof")+"leaf"))
		must(tlog.CheckRecord(hashes(lines[1:]), tree.N, tree.Hash, index, leaf))
	}
}

func key(folder string) note.Verifier {
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(folder, "vkey"))))
	must(err)
	return verifier
}

func verify(folder string) {
	verifier := key(folder)

	latest := tlog.Tree{}
	trees := map[int64]tlog.Hash{}
	for _, name := range list(folder, "*.checkpoint") {
		tree := open(read(folder, name), verifier)
		trees[tree.N] = tree.Hash
		if tree.N > latest.N {
			latest = tree
		}
	}

	leaves(folder, verifier)

	for _, name := range list(folder, "*.consistency") {
		lines := strings.Fields(string(read(folder, name)))
		first, second := number(lines[0]), number(lines[1])
		must(tlog.CheckTree(hashes(lines[2:]), second, trees[second], first, trees[first]))
	}

	reader := tlog.TileHashReader(latest, tiles{folder})
	for n, want := range trees {
		got, err := tlog.TreeHash(n, reader)
		must(err)
		if got != want {
			log.Fatalf("the tiles give another root for size %d", n)
		}
	}
}

// witness checks cosignatures (C2SP tlog-cosignature, Ed25519) inside note.Open, which knows plain
// signatures only.
type witness struct {
	name string
	key  ed25519.PublicKey
	hash uint32
}

func (w witness) Name() string { return w.name }

func (w witness) KeyHash() uint32 { return w.hash }

func (w witness) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(w.key, []byte(message), signature[8:])
}

func newWitness(vkey string) witness {
	parts := strings.SplitN(strings.TrimSpace(vkey), "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	hash := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	id := binary.BigEndian.Uint32(hash[:])
	if key[0] != 4 || len(key) != 1+ed25519.PublicKeySize || fmt.Sprintf("%08x", id) != parts[1] {
		log.Fatalf("%s is no key of a witness", vkey)
	}
	return witness{parts[0], ed25519.PublicKey(key[1:]), id}
}

func cosigned(folder string) {
	verifiers := note.VerifierList(key(folder), newWitness(string(read(folder, "witness.vkey"))))
	for _, name := range list(folder, "*.checkpoint") {
		opened, err := note.Open(read(folder, name), verifiers)
		must(err)
		if len(opened.Sigs) != 2 || len(opened.UnverifiedSigs) != 0 {
			log.Fatalf("%s is not signed by log and witness alone", name)
		}
	}
}

func format(tree tlog.Tree, name string) string {
	return fmt.Sprintf("%s\n%d\n%s\n", name, tree.N, tree.Hash)
}

func lines(all []tlog.Hash) string {
	var text strings.Builder
	for _, h := range all {
		text.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	return text.String()
}

func generate(folder string) {
	const name = "go.example/log"
	const size = 777
	private, public, err := note.GenerateKey(rand.Reader, name)
	must(err)
	signer, err := note.NewSigner(private)
	must(err)
	write(folder, "vkey", public)

	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var all []tlog.Hash
		for _, i := range indexes {
			all = append(all, stored[i])
		}
		return all, nil
	})
	var leaves [][]byte
	for i := int64(0); i < size; i++ {
		leaf := make([]byte, 32)
		_, err := rand.Read(leaf)
		must(err)
		leaves = append(leaves, leaf)
		more, err := tlog.StoredHashes(i, leaf, reader)
		must(err)
		stored = append(stored, more...)
	}
	treeAt := func(n int64) tlog.Tree {
		root, err := tlog.TreeHash(n, reader)
		must(err)
		return tlog.Tree{N: n, Hash: root}
	}
	checkpoint := func(n int64) string {
		message, err := note.Sign(&note.Note{Text: format(treeAt(n), name)}, signer)
		must(err)
		return string(message)
	}

	for _, n := range []int64{1, 2, 255, 256, 300, size} {
		for _, i := range []int64{0, n / 2, n - 1} {
			path, err := tlog.ProveRecord(n, i, reader)
			must(err)
			base := fmt.Sprintf("%d-%d", n, i)
			write(folder, base+".leaf", string(leaves[i]))
			write(folder, base+".tlog-proof",
				fmt.Sprintf("%sindex %d\n%s\n%s", proofHeader, i, lines(path), checkpoint(n)))
		}
		write(folder, fmt.Sprintf("%d.checkpoint", n), checkpoint(n))
		path, err := tlog.ProveTree(size, n, reader)
		must(err)
		write(folder, fmt.Sprintf("%d.consistency", n), fmt.Sprintf("%d\n%d\n%s", n, size, lines(path)))
	}
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: peer leaves|verify|cosigned|make <folder>")
	}
	switch os.Args[1] {
	case "leaves":
		leaves(os.Args[2], key(os.Args[2]))
	case "verify":
		verify(os.Args[2])
	case "cosigned":
		cosigned(os.Args[2])
	case "make":
		generate(os.Args[2])
	default:
		log.Fatalf("no such command: %s", os.Args[1])
	}
}
