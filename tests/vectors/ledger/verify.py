#!/usr/bin/python3
"""Verifies a ledger from nothing but files and public keys.

It needs Python 3.8 or later and nothing else: no package, no part of the suite. The formats are public:
RFC 6962 (tree), C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof and tlog-tiles, and
RFC 8032 (Ed25519, verification only: there is nothing secret here).

Every function of the first half raises Refused with one sentence, or returns what was shown.
"""

import argparse
import base64
import binascii
import hashlib
import http.client
import json
import os
import sys
import urllib.error
import urllib.request

MAX_NOTE = 256 * 1024
MAX_SIGNATURES = 100
MAX_CHECKPOINT = 4096
MAX_PROOF_FILE = MAX_NOTE + 16 * 1024
MAX_PROOF_HASHES = 64
MAX_NUMBER = 2**63 - 1
TILE_WIDTH = 256
TYPE_NOTE = 0x01  # A log's signature.
TYPE_COSIGNATURE = 0x04  # A witness's.


class Refused(Exception):
    """What was given does not hold; the message says why."""


# --- Ed25519 (RFC 8032, 5.1.7) ------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def point_add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_multiply(scalar, p):
    result = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = point_add(result, p)
        p = point_add(p, p)
        scalar >>= 1
    return result


def point_decode(data):
    """The point of 32 bytes, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else (0, y, 1, 0)
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P != 0:
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def point_encode(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = point_decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verifies(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    key = point_decode(public)
    s = int.from_bytes(signature[32:], "little")
    # A larger s would be a second signature that says the same.
    if key is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus_key = (P - key[0], key[1], key[2], P - key[3])
    found = point_add(point_multiply(s, BASE), point_multiply(h, minus_key))
    return point_encode(found) == signature[:32]


# --- The tree (RFC 6962, 2.1; verification as in RFC 9162, 2.1.3.2 and 2.1.4.2) -------------------


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


EMPTY_ROOT = sha256(b"")


def leaf_hash(data):
    return sha256(b"\x00", data)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


def commitment_of(salt, body):
    """What a leaf's data is: says nothing about the body once salt and body are erased."""
    if len(salt) != 32:
        raise Refused("a salt has not 32 bytes")
    return sha256(salt, body)


def check_inclusion(proof, index, size, leaf, root):
    if index < 0 or index >= size:
        raise Refused("the leaf is not in a tree of this size")
    node, last = index, size - 1
    for sibling in proof:
        if last == 0:
            raise Refused("the proof has more hashes than the path to the root")
        if node & 1 or node == last:
            leaf = node_hash(sibling, leaf)
            while not node & 1:
                node >>= 1
                last >>= 1
        else:
            leaf = node_hash(leaf, sibling)
        node >>= 1
        last >>= 1
    if last != 0:
        raise Refused("the proof has fewer hashes than the path to the root")
    if leaf != root:
        raise Refused("the proof leads from this leaf to another root")


def check_consistency(proof, first, second, first_root, second_root):
    if first > second:
        raise Refused("the trees are in the wrong order")
    if first == 0 or first == second:
        if proof:
            raise Refused("the proof must be empty for these sizes")
        if first == 0 and first_root != EMPTY_ROOT:
            raise Refused("the tree without leaves has another root")
        if first == second and first_root != second_root:
            raise Refused("trees of the same size have different roots")
        return
    node, last = first - 1, second - 1
    while node & 1:
        node >>= 1
        last >>= 1
    rest = list(proof)
    if node:
        if not rest:
            raise Refused("the proof has fewer hashes than the path to the root")
        start = rest.pop(0)
    else:
        start = first_root
    one = two = start
    for sibling in rest:
        if last == 0:
            raise Refused("the proof has more hashes than the path to the root")
        if node & 1 or node == last:
            one, two = node_hash(sibling, one), node_hash(sibling, two)
            while node and not node & 1:
                node >>= 1
                last >>= 1
        else:
            two = node_hash(two, sibling)
        node >>= 1
        last >>= 1
    if last != 0:
        raise Refused("the proof has fewer hashes than the path to the root")
    if one != first_root:
        raise Refused("the proof does not lead to the first root")
    if two != second_root:
        raise Refused("the proof does not lead to the second root")


# --- Texts ----------------------------------------------------------------------------------------


def decimal(text, what):
    ascii_digits = text != "" and all(c in "0123456789" for c in text)
    if not ascii_digits or (text[0] == "0" and text != "0") or int(text) > MAX_NUMBER:
        raise Refused(what + " is not a decimal number without leading zeros, below 2^63")
    return int(text)


def unbase64(text, what):
    """Canonical base64 with padding, and nothing else."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Refused(what + " is not base64") from None
    if base64.b64encode(data).decode() != text:
        raise Refused(what + " is not canonical base64")
    return data


def one_hash(text, what):
    data = unbase64(text, what)
    if len(data) != 32:
        raise Refused(what + " has not 32 bytes")
    return data


def is_key_name(name):
    return name != "" and not any(c.isspace() or c == "+" or ord(c) < 0x20 for c in name)


class Key:
    """A public key as "name+12345678+base64" (signed-note, "vkey")."""

    def __init__(self, vkey, kind):
        parts = vkey.split("+", 2)
        if len(parts) != 3:
            raise Refused("a vkey is not of the form name+id+key")
        self.name = parts[0]
        data = unbase64(parts[2], "a vkey's key")
        if not is_key_name(self.name):
            raise Refused("a vkey has no valid name")
        if len(data) != 33 or data[0] != kind:
            raise Refused("a vkey does not hold an Ed25519 key of the kind that is needed here")
        self.kind = kind
        self.public = data[1:]
        self.id = sha256(self.name.encode(), b"\n", data)[:4]
        if parts[1] != self.id.hex():
            raise Refused("a vkey's id is not that of its name and key")


class Note:
    """A signed note taken apart; nothing in it is shown yet."""

    def __init__(self, data):
        if len(data) > MAX_NOTE:
            raise Refused("the note is longer than 256 KiB")
        try:
            message = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("the note is not UTF-8") from None
        if any(ord(c) < 0x20 and c != "\n" for c in message):
            raise Refused("the note has control characters")
        # The last blank line: the text may have blank lines of its own.
        blank = message.rfind("\n\n")
        if blank < 0:
            raise Refused("the note has no blank line before its signatures")
        self.text = message[: blank + 1]
        lines = message[blank + 2 :]
        if not lines.endswith("\n"):
            raise Refused("the note does not end in a signature line")
        lines = lines[:-1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise Refused("the note has over 100 signatures")
        self.signatures = []  # (name, id, signature)
        for line in lines:
            parts = line.split(" ", 2)
            if len(parts) != 3 or parts[0] != "\u2014" or not is_key_name(parts[1]):
                raise Refused("a line behind the blank line is no signature")
            signature = unbase64(parts[2], "a signature")
            if len(signature) < 5:
                raise Refused("a signature has fewer than five bytes")
            self.signatures.append((parts[1], signature[:4], signature[4:]))

    def of(self, key):
        return [s for name, key_id, s in self.signatures if (name, key_id) == (key.name, key.id)]


class Checkpoint:
    def __init__(self, text):
        if len(text.encode()) > MAX_CHECKPOINT:
            raise Refused("the checkpoint is too long")
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] != "":
            raise Refused("the checkpoint has other lines than origin, size and root")
        self.origin = lines[0]
        if not is_key_name(self.origin):
            raise Refused("the checkpoint's origin cannot be the name of a key")
        self.size = decimal(lines[1], "the checkpoint's size")
        self.root = one_hash(lines[2], "the checkpoint's root")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise Refused("the tree without leaves has another root")


def open_checkpoint(data, log, witnesses=(), quorum=0):
    """What `data` says, if `log` signed it and at least `quorum` of `witnesses` cosigned it.

    Signatures of keys that are not known here are ignored; one of a known key that is wrong refuses
    the note, whatever else is on it.
    """
    note = Note(data)
    own = note.of(log)
    if not own:
        raise Refused("the checkpoint is not signed by the log")
    for signature in own:
        if not ed25519_verifies(log.public, note.text.encode(), signature):
            raise Refused("the log's signature is not right")
    seen = 0
    for witness in witnesses:
        found = note.of(witness)
        for signature in found:
            time = int.from_bytes(signature[:8], "big")
            message = "cosignature/v1\ntime %d\n%s" % (time, note.text)
            if time > MAX_NUMBER or not ed25519_verifies(
                witness.public, message.encode(), signature[8:]
            ):
                raise Refused("the cosignature of %s is not right" % witness.name)
        seen += 1 if found else 0
    if seen < quorum:
        raise Refused("%d of the witnesses cosigned the checkpoint, %d must" % (seen, quorum))
    checkpoint = Checkpoint(note.text)
    if checkpoint.origin != log.name:
        raise Refused("the checkpoint is of another log than its key's")
    return checkpoint


def check_update(old, new, proof):
    """That the checkpoint `new` goes on from `old`, the last one that was seen."""
    if new.origin != old.origin:
        raise Refused("the checkpoints are of different logs")
    if new.size < old.size:
        raise Refused("the checkpoint is older than the one seen before")
    check_consistency(proof, old.size, new.size, old.root, new.root)


def check_proof_file(data, commitment, log, witnesses=(), quorum=0):
    """That a tlog-proof file shows the leaf with `commitment`. Returns (index, checkpoint)."""
    if len(data) > MAX_PROOF_FILE:
        raise Refused("the proof file is longer than 272 KiB")
    head, blank, note = data.partition(b"\n\n")
    if not blank:
        raise Refused("the proof file has no blank line before its checkpoint")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Refused("the proof file is not ASCII before its checkpoint") from None
    if lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Refused("the proof file does not start with the line c2sp.org/tlog-proof@v1")
    if lines and lines[0].startswith("extra "):
        if not unbase64(lines.pop(0)[6:], "the extra data"):
            raise Refused("the extra data is empty")
    if not lines or not lines[0].startswith("index "):
        raise Refused("the proof file has no index line")
    index = decimal(lines.pop(0)[6:], "the index")
    if len(lines) > MAX_PROOF_HASHES:
        raise Refused("the proof has too many hashes")
    hashes = [one_hash(line, "a hash of the proof") for line in lines]
    checkpoint = open_checkpoint(note, log, witnesses, quorum)
    check_inclusion(hashes, index, checkpoint.size, leaf_hash(commitment), checkpoint.root)
    return index, checkpoint


# --- Tiles ----------------------------------------------------------------------------------------


def tile_path(level, index, width):
    path = "%03d" % (index % 1000)
    while index >= 1000:
        index //= 1000
        path = "x%03d/%s" % (index % 1000, path)
    path = "tile/%d/%s" % (level, path)
    return path if width == TILE_WIDTH else "%s.p/%d" % (path, width)


def check_tiles(read, checkpoint):
    """Reads every tile of the checkpoint's tree and computes its root from the leaves.

    `read(path)` gives the bytes of a file, or None. Returns the leaf hashes.
    """
    size = checkpoint.size
    if size == 0:
        return []
    row = None  # The hashes of the level below, one a complete tile.
    leaves = None
    roots = []  # Of the perfect subtrees at the right edge, from the lowest level up.
    level = 0
    while size >> (8 * level) > 0:
        count = size >> (8 * level)
        hashes = []
        for index in range((count + TILE_WIDTH - 1) // TILE_WIDTH):
            width = min(TILE_WIDTH, count - index * TILE_WIDTH)
            data = read(tile_path(level, index, width))
            if data is None and width < TILE_WIDTH:
                # The log may drop a partial tile once the complete one is there.
                data = read(tile_path(level, index, TILE_WIDTH))
                if data is not None and len(data) == 32 * TILE_WIDTH:
                    data = data[: 32 * width]
            if data is None:
                raise Refused("the tile %s is missing" % tile_path(level, index, width))
            if len(data) != 32 * width:
                raise Refused("the tile %s has another size" % tile_path(level, index, width))
            hashes += [data[i : i + 32] for i in range(0, len(data), 32)]
        if row is None:
            leaves = hashes
        elif hashes != row:
            raise Refused("the tiles of level %d are not the roots of those below" % level)
        row = []
        for start in range(0, count - count % TILE_WIDTH, TILE_WIDTH):
            row.append(perfect_root(hashes[start : start + TILE_WIDTH]))
        # What is behind the last complete tile, as perfect subtrees, smallest first.
        end = count
        while end % TILE_WIDTH:
            width = end & -end
            roots.append(perfect_root(hashes[end - width : end]))
            end -= width
        level += 1
    root = roots[0]
    for left in roots[1:]:
        root = node_hash(left, root)
    if root != checkpoint.root:
        raise Refused("the tiles make another root than the checkpoint's")
    return leaves


def perfect_root(hashes):
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def path_in(leaves, first, last, index):
    """The inclusion path of RFC 6962, 2.1.1, from the leaf's sibling up (small trees only)."""
    if last - first == 1:
        return []
    split = first + (1 << (last - first - 1).bit_length() - 1)
    if index < split:
        return path_in(leaves, first, split, index) + [subtree(leaves, split, last)]
    return path_in(leaves, split, last, index) + [subtree(leaves, first, split)]


def subtree(leaves, first, last):
    if last - first == 0:
        return EMPTY_ROOT
    if last - first == 1:
        return leaves[first]
    split = first + (1 << (last - first - 1).bit_length() - 1)
    return node_hash(subtree(leaves, first, split), subtree(leaves, split, last))


def check_entries(entries, leaves):
    """That each entry's salt and body are what the leaf at its index commits to.

    `entries` as `comity ledger entries --output json` prints them; without salt and body (lawfully
    pruned) only the commitment is compared. Returns (with bodies, without).
    """
    opened = pruned = 0
    for entry in entries:
        index = decimal(str(entry.get("leafIndex", "0")), "an entry's index")
        if index >= len(leaves):
            raise Refused("entry %d is not covered by the checkpoint" % index)
        commitment = unbase64(entry.get("commitment", ""), "an entry's commitment")
        if entry.get("salt") or entry.get("body"):
            body = unbase64(entry.get("body", ""), "an entry's body")
            if commitment_of(unbase64(entry.get("salt", ""), "a salt"), body) != commitment:
                raise Refused("entry %d is not what its commitment says" % index)
            opened += 1
        else:
            pruned += 1
        if leaf_hash(commitment) != leaves[index]:
            raise Refused("entry %d is not the one in the ledger" % index)
    return opened, pruned


def versions_hash(versions):
    """What an entry's "versions_sha256" must be: (kind, id, body) in the order put; body None: erased."""
    parts = []
    for kind, name, body in versions:
        for part in (kind, name, body):
            parts.append(b"\xff" * 8 if part is None else len(part).to_bytes(8, "big") + part)
    return sha256(*parts)


def check_versions(entry, versions):
    try:
        committed = json.loads(entry)["versions_sha256"]
    except (ValueError, KeyError, TypeError):
        raise Refused("the entry commits to no versions")
    if committed != versions_hash(versions).hex():
        raise Refused("the versions are not those that the entry commits to")


# --- The vectors ----------------------------------------------------------------------------------


def blob(members, name):
    """A member that is bytes: as text if it is UTF-8, otherwise under <name>_base64."""
    if name + "_base64" in members:
        return base64.b64decode(members[name + "_base64"], validate=True)
    return members[name].encode("utf-8")


def policy(members):
    log = Key(members["log"], TYPE_NOTE)
    witnesses = [Key(vkey, TYPE_COSIGNATURE) for vkey in members.get("witnesses", [])]
    if len({w.public for w in witnesses}) != len(witnesses):
        raise Refused("two witnesses have the same key")
    quorum = members.get("quorum", 0)
    return log, witnesses, quorum


def try_case(kind, group, members):
    """Does what the case asks; returns what must be in its "result"."""
    if kind == "vkey":
        key = Key(members["vkey"], {"log": TYPE_NOTE, "witness": TYPE_COSIGNATURE}[members["of"]])
        return {"name": key.name, "id": key.id.hex()}
    if kind == "checkpoint":
        opened = open_checkpoint(blob(members, "note"), *policy(members))
        return {
            "origin": opened.origin,
            "size": opened.size,
            "root": base64.b64encode(opened.root).decode(),
        }
    if kind == "update":
        log, witnesses, quorum = policy(members)
        old = open_checkpoint(blob(members, "old"), log)
        new = open_checkpoint(blob(members, "new"), log, witnesses, quorum)
        proof = members["proof"]
        if len(proof) > MAX_PROOF_HASHES:
            raise Refused("the proof has too many hashes")
        check_update(old, new, [one_hash(line, "a hash of the proof") for line in proof])
        return {"size": new.size}
    if kind == "tlog-proof":
        if "commitment" in members:
            commitment = one_hash(members["commitment"], "the commitment")
        else:
            commitment = commitment_of(blob(members, "salt"), blob(members, "body"))
        index, opened = check_proof_file(blob(members, "file"), commitment, *policy(members))
        return {"index": index, "size": opened.size}
    if kind == "tiles":
        files = dict(group["files"])
        files.update(members.get("files", {}))

        def read(path):
            data = files.get(path)
            return None if data is None else base64.b64decode(data, validate=True)

        opened = open_checkpoint(read("checkpoint"), *policy(members))
        leaves = check_tiles(read, opened)
        check_entries(members.get("entries", []), leaves)
        return {"size": opened.size}
    if kind == "versions":
        versions = [
            (
                version["kind"].encode("utf-8"),
                version["id"].encode("utf-8"),
                None if version["body"] is None else base64.b64decode(version["body"], validate=True),
            )
            for version in members["versions"]
        ]
        check_versions(blob(members, "entry"), versions)
        return {"count": len(versions)}
    raise SystemExit("no such kind of vector: " + kind)


def run_vectors(names):
    """Exit code 0 only if every case comes out as its file says."""
    wrong = accepted = refused = 0
    for name in names:
        with open(name, encoding="utf-8") as file:
            group = json.load(file)
        for case in group["cases"]:
            try:
                result, why = try_case(group["kind"], group, case["input"]), None
            except Refused as refusal:
                result, why = None, refusal
            if (why is None) != case["accept"] or (why is None and result != case["result"]):
                wrong += 1
                print("WRONG   %s (%s): %s" % (case["id"], case["title"], why or result))
            elif why is None:
                accepted += 1
            else:
                refused += 1
    print("%d cases accepted and %d refused as they must be, %d wrong" % (accepted, refused, wrong))
    return 0 if wrong == 0 and accepted > 0 and refused > 0 else 1


# --- The command ----------------------------------------------------------------------------------


def keys_in(name, kind):
    """One vkey a line; empty lines and lines that start with # are skipped."""
    with open(name, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    return [Key(line, kind) for line in lines if line and not line.startswith("#")]


def contents(name):
    with open(name, "rb") as file:
        return file.read()


def published(folder, path):
    """The file `path` of a publication directory, or of the web server that serves it; None: no file."""
    if not folder.startswith(("http://", "https://")):
        try:
            return contents(os.path.join(folder, path))
        except FileNotFoundError:
            return None
    address = folder.rstrip("/") + "/" + path
    try:
        # One more byte than any file of a ledger may have: what is longer is refused by who reads it.
        with urllib.request.urlopen(address, timeout=30) as answer:
            content = answer.read(MAX_NOTE + 1)
            # Of its announced length; what breaks off is shorter.
            if len(content) <= MAX_NOTE and answer.length:
                raise http.client.IncompleteRead(content, answer.length)
            return content
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise OSError(error.code, "the web server answers %d" % error.code, address)
    except urllib.error.URLError as error:
        raise OSError(0, str(error.reason), address)
    except (OSError, http.client.HTTPException) as error:
        raise OSError(0, "the web server's answer is none: %r" % error, address)


def main():
    parser = argparse.ArgumentParser(
        description="Verifies a ledger offline. Exit codes: 0 holds, 1 does not hold, 2 misuse."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    vectors = commands.add_parser("vectors", help="run test vectors (*.json beside this file)")
    vectors.add_argument("file", nargs="+")

    def with_keys(name, text):
        command = commands.add_parser(name, help=text)
        command.add_argument("--ledger-key", required=True, help="file with the ledger's vkey")
        command.add_argument("--witness-keys", help="file with the witnesses' vkeys")
        command.add_argument("--quorum", type=int, default=0, help="witnesses that must have signed")
        return command

    log = with_keys("log", "verify a published ledger: checkpoint, all tiles, entries")
    log.add_argument("folder", help="has the files checkpoint and tile/...: a path, or http(s)://...")
    log.add_argument("--previous", help="a checkpoint seen before, which this one must go on from")
    log.add_argument("--entries", help="JSON of `comity ledger entries --output json`")
    proof = with_keys("proof", "verify a tlog-proof file")
    proof.add_argument("file")
    proof.add_argument("--salt", required=True, help="file of 32 bytes")
    proof.add_argument("--entry", required=True, help="file of the entry's body, byte for byte")
    arguments = parser.parse_args()

    try:
        if arguments.command == "vectors":
            return run_vectors(arguments.file)
        logs = keys_in(arguments.ledger_key, TYPE_NOTE)
        if not logs:
            raise Refused("there is no key in " + arguments.ledger_key)
        witnesses = keys_in(arguments.witness_keys, TYPE_COSIGNATURE) if arguments.witness_keys else []

        def known(note):
            """The key that the note claims, of those that are held."""
            parsed = Note(note)
            origin = parsed.text.split("\n")[0]
            found = [key for key in logs if key.name == origin]
            if not found:
                raise Refused("no key is held for the ledger that the checkpoint names")
            # A ledger whose key changes has several.
            return next((key for key in found if parsed.of(key)), found[0])

        if arguments.command == "proof":
            data = contents(arguments.file)
            commitment = commitment_of(contents(arguments.salt), contents(arguments.entry))
            note = data.partition(b"\n\n")[2]
            index, opened = check_proof_file(
                data, commitment, known(note), witnesses, arguments.quorum
            )
            print("ok: leaf %d of %s, of %d entries" % (index, opened.origin, opened.size))
            return 0

        def read(path):
            return published(arguments.folder, path)

        note = read("checkpoint")
        if note is None:
            raise Refused("the folder has no checkpoint")
        key = known(note)
        opened = open_checkpoint(note, key, witnesses, arguments.quorum)
        leaves = check_tiles(read, opened)
        print("ok: %s, %d entries, all tiles make the root" % (opened.origin, opened.size))
        if arguments.previous:
            previous = contents(arguments.previous)
            old = open_checkpoint(previous, known(previous))
            if old.origin != opened.origin:
                raise Refused("the checkpoint is of another log than the one seen before")
            # Whoever has every leaf needs no consistency proof: the old root is computed.
            if old.size > opened.size:
                raise Refused("the checkpoint is older than the one seen before")
            if subtree(leaves, 0, old.size) != old.root:
                raise Refused("the ledger does not go on from the checkpoint seen before")
            print("ok: it goes on from the one of %d entries" % old.size)
        if arguments.entries:
            with open(arguments.entries, encoding="utf-8") as file:
                entries = json.load(file).get("entries", [])
            print("ok: %d entries as committed, %d pruned" % check_entries(entries, leaves))
        return 0
    except Refused as refusal:
        print("does not hold: %s" % refusal, file=sys.stderr)
        return 1
    except OSError as error:
        print("%s: %s" % (error.filename, error.strerror), file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
