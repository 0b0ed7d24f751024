#!/usr/bin/python3
"""Makes the test vectors for verifiers of ledgers: *.json beside this file.

Deterministic: keys, salts and bodies are digests of their names. Every corrupted case says what was
done to which valid one.

  generate.py          writes the files
  generate.py --check  exit code 1 if the files are not what it would write
"""

import base64
import hashlib
import json
import os
import struct
import sys

import verify
from verify import TYPE_COSIGNATURE, TYPE_NOTE, leaf_hash, sha256, subtree, tile_path

FOLDER = os.path.dirname(os.path.abspath(__file__))
ORIGIN = "ledger.example/document-exchange/1"
TIME = 1793491200  # 2026-11-01, when the witnesses cosigned.


def b64(data):
    return base64.b64encode(data).decode()


class Signer:
    """Ed25519 (RFC 8032, 5.1.6) for test keys: takes no care to keep them secret."""

    def __init__(self, name, seed, kind=TYPE_NOTE):
        digest = hashlib.sha512(sha256(seed.encode())).digest()
        scalar = int.from_bytes(digest[:32], "little")
        self.scalar = (scalar & ((1 << 254) - 8)) | (1 << 254)
        self.prefix = digest[32:]
        self.public = verify.point_encode(verify.point_multiply(self.scalar, verify.BASE))
        self.name = name
        self.kind = kind
        self.id = sha256(name.encode(), b"\n", bytes([kind]), self.public)[:4]
        self.vkey = "%s+%s+%s" % (name, self.id.hex(), b64(bytes([kind]) + self.public))

    def sign(self, message, above_order=False):
        nonce = self._number(self.prefix, message)
        r = verify.point_encode(verify.point_multiply(nonce, verify.BASE))
        s = (nonce + self._number(r, self.public, message) * self.scalar) % verify.L
        return r + (s + (verify.L if above_order else 0)).to_bytes(32, "little")

    @staticmethod
    def _number(*parts):
        return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % verify.L

    def line(self, signature):
        return "\u2014 %s %s\n" % (self.name, b64(self.id + signature))

    def note(self, text):
        return text + "\n" + self.line(self.sign(text.encode()))

    def cosign(self, note, time=TIME, over=None):
        text = note.partition("\n\n")[0] + "\n" if over is None else over
        message = "cosignature/v1\ntime %d\n%s" % (time, text)
        return note + self.line(time.to_bytes(8, "big") + self.sign(message.encode()))


LOG = Signer(ORIGIN, "the log")
IMPOSTOR = Signer(ORIGIN, "somebody else under the log's name")
OTHER = Signer("ledger.example/partner-registry/1", "another log")
W = [Signer("witness-%d.example" % i, "witness %d" % i, TYPE_COSIGNATURE) for i in (1, 2, 3)]
STRANGER = Signer("witness-9.example", "nobody knows me", TYPE_COSIGNATURE)
WITNESSES = [witness.vkey for witness in W]


def salt(index, tale="true"):
    return sha256(b"salt %d %s" % (index, tale.encode()))


def body(index, tale="true"):
    return json.dumps(
        {"format": "comity.entry.v1", "kind": "EXAMPLE", "number": index, "tale": tale},
        separators=(",", ":"),
    ).encode()


class History:
    """A log's leaves; two with different tales are two histories."""

    def __init__(self, size, tale="true", forked_at=None):
        def commitment(i):
            told = tale if forked_at is None or i >= forked_at else "true"
            return sha256(salt(i, told), body(i, told))

        self.commitments = [commitment(i) for i in range(size)]
        self.leaves = [leaf_hash(c) for c in self.commitments]

    def text(self, size, origin=ORIGIN):
        return "%s\n%d\n%s\n" % (origin, size, b64(subtree(self.leaves, 0, size)))

    def checkpoint(self, size, signer=LOG):
        return signer.note(self.text(size, signer.name))

    def inclusion(self, index, size):
        return verify.path_in(self.leaves, 0, size, index)

    def consistency(self, first, second):
        """RFC 6962, 2.1.2."""

        def subproof(m, start, end, whole):
            if m == end - start:
                return [] if whole else [subtree(self.leaves, start, end)]
            k = 1 << (end - start - 1).bit_length() - 1
            if m <= k:
                return subproof(m, start, start + k, whole) + [
                    subtree(self.leaves, start + k, end)
                ]
            return subproof(m - k, start + k, end, False) + [subtree(self.leaves, start, start + k)]

        return subproof(first, 0, second, True) if first else []

    def tiles(self, size):
        files = {}
        hashes = self.leaves[:size]
        level = 0
        while hashes:
            for start in range(0, len(hashes), 256):
                tile = hashes[start : start + 256]
                files[tile_path(level, start // 256, len(tile))] = b"".join(tile)
            hashes = [
                verify.perfect_root(hashes[i : i + 256])
                for i in range(0, len(hashes) - len(hashes) % 256, 256)
            ]
            level += 1
        return files

    def proof_file(self, index, size, checkpoint=None, extra=None, hashes=None):
        hashes = self.inclusion(index, size) if hashes is None else hashes
        return "c2sp.org/tlog-proof@v1\n%sindex %d\n%s\n%s" % (
            "" if extra is None else "extra %s\n" % extra,
            index,
            "".join(b64(h) + "\n" for h in hashes),
            checkpoint or self.checkpoint(size),
        )


TRUE = History(600)
FORKED = History(600, "false", forked_at=250)


# --- Collecting cases -----------------------------------------------------------------------------


class Group:
    """One file. What must come out of a valid case is what its maker put in, given by hand."""

    def __init__(self, kind, description, **more):
        self.content = {"format": "comity-ledger-vectors/1", "kind": kind}
        self.content["description"] = description
        self.content.update(more)
        self.content["cases"] = self.cases = []

    def _add(self, title, accept, members, result=None):
        case = {"id": "%s-%03d" % (self.content["kind"], len(self.cases) + 1), "title": title}
        case["accept"] = accept
        case["input"] = {}
        for name, value in members.items():
            if isinstance(value, bytes):
                try:
                    value = value.decode("utf-8")
                except UnicodeDecodeError:
                    name, value = name + "_base64", b64(value)
            case["input"][name] = value
        if accept:
            case["result"] = result
        self.cases.append(case)

    def good(self, title, result, **members):
        self._add(title, True, members, result)

    def bad(self, title, **members):
        self._add(title, False, members)

    def text(self):
        return json.dumps(self.content, indent=1, ensure_ascii=True) + "\n"


def flipped(data, position, bit=0):
    return data[:position] + bytes([data[position] ^ 1 << bit]) + data[position + 1 :]


def lines_of(data):
    return data.split(b"\n")[:-1]


def from_lines(lines):
    return b"".join(line + b"\n" for line in lines)


def swapped(items, i):
    items = list(items)
    items[i], items[i + 1] = items[i + 1], items[i]
    return items


def without(items, i):
    return items[:i] + items[i + 1 :]


# --- The groups -----------------------------------------------------------------------------------


def vkeys():
    group = Group("vkey", "A public key as text. 'of' says what it shall be for: log or witness.")
    for of, signer in (("log", LOG), ("log", OTHER), ("witness", W[0])):
        group.good(
            "the key of " + signer.name, {"name": signer.name, "id": signer.id.hex()},
            of=of, vkey=signer.vkey,
        )
    vkey = LOG.vkey
    name, key_id, key = vkey.split("+", 2)
    group.bad("a witness's key in place of a log's", of="log", vkey=W[0].vkey)
    group.bad("a log's key in place of a witness's", of="witness", vkey=vkey)
    for position in (0, 5, len(name) + 1, len(name) + 8, len(vkey) - 30, len(vkey) - 5):
        group.bad("byte %d flipped" % position, of="log", vkey=flipped(vkey.encode(), position))
    for length in (0, len(name), len(name) + 1, len(name) + 9, len(vkey) - 4, len(vkey) - 1):
        group.bad("only the first %d bytes" % length, of="log", vkey=vkey[:length])
    group.bad("the name of another log", of="log", vkey="%s+%s+%s" % (OTHER.name, key_id, key))
    group.bad("the id of another key", of="log", vkey="%s+%s+%s" % (name, OTHER.id.hex(), key))
    group.bad("the id in upper case", of="log", vkey="%s+%s+%s" % (name, key_id.upper(), key))
    group.bad("a line feed behind it", of="log", vkey=vkey + "\n")
    group.bad("a space before it", of="log", vkey=" " + vkey)
    for bad in ("", "a b", "a\u00a0b", "a\u3000b", "a\tb"):
        group.bad("the name %r" % bad, of="log", vkey=Signer(bad, "the log").vkey)
    data = bytes([TYPE_NOTE]) + LOG.public + b"\0"
    long_id = sha256(ORIGIN.encode(), b"\n", data)[:4].hex()
    group.bad("a key of 33 bytes", of="log", vkey="%s+%s+%s" % (name, long_id, b64(data)))
    return group


def stray_bits(text):
    """The same bytes in base64 whose unused bits are not zero."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = len(text.rstrip("=\n")) - 1
    return text[:at] + alphabet[alphabet.index(text[at]) | 1] + text[at + 1 :]


def checkpoints():
    group = Group(
        "checkpoint",
        "A signed note (C2SP signed-note, tlog-checkpoint) of the log whose key is 'log'. At least "
        "'quorum' of 'witnesses' must have cosigned it (C2SP tlog-cosignature); both may be absent.",
    )

    def good(title, note, size, root=None, log=LOG, **more):
        root = subtree(TRUE.leaves, 0, size) if root is None else root
        result = {"origin": log.name, "size": size, "root": b64(root)}
        group.good(title, result, log=log.vkey, note=note, **more)

    def bad(title, note, **more):
        group.bad(title, log=LOG.vkey, note=note, **more)

    note = TRUE.checkpoint(600)
    text = TRUE.text(600)
    signed = note.encode()
    two = W[1].cosign(W[0].cosign(note))
    for size in (0, 1, 2, 255, 256, 600):
        good("a checkpoint of %d leaves" % size, TRUE.checkpoint(size), size)
    good("of another log", TRUE.checkpoint(7, OTHER), 7, log=OTHER)
    largest = "%s\n%d\n%s\n" % (ORIGIN, 2**63 - 1, b64(sha256(b"any")))
    good("the largest size there is", LOG.note(largest), 2**63 - 1, root=sha256(b"any"))
    good("a signature of a key that nobody knows beside the log's", STRANGER.cosign(note), 600)
    good("the same behind another's", note.replace("\n\n", "\n\n" + STRANGER.line(b"x" * 72)), 600)
    # One key of a log takes over from another: both sign, and who verifies knows one.
    further = IMPOSTOR.line(IMPOSTOR.sign(text.encode()))
    good("signed by a further key under the log's name", note + further, 600)
    good("the same in front of the log's", note.replace("\n\n", "\n\n" + further), 600)
    good("the log's signature twice", note + note.partition("\n\n")[2], 600)
    good("cosigned, though nobody asks for it", two, 600)
    good("one of one", W[0].cosign(note), 600, witnesses=WITNESSES[:1], quorum=1)
    good("two of three", two, 600, witnesses=WITNESSES, quorum=2)
    good("three of three", W[2].cosign(two), 600, witnesses=WITNESSES, quorum=3)
    good("none of three is asked for", note, 600, witnesses=WITNESSES, quorum=0)
    good("cosigned in 1970", W[0].cosign(note, 0), 600, witnesses=WITNESSES, quorum=1)

    for position in range(0, len(signed), 4):
        bad("byte %d flipped" % position, flipped(signed, position))
    for length in [0, 1, 34, 35, 39, 84, 85, 86, 87, 90, len(signed) - 2, len(signed) - 1]:
        bad("only the first %d bytes" % length, signed[:length])
    lines = lines_of(signed)
    for i in range(len(lines)):
        bad("line %d deleted" % (i + 1), from_lines(without(lines, i)))
        if i < 4:  # The fifth is the signature: twice is harmless.
            bad("line %d twice" % (i + 1), from_lines(lines[: i + 1] + lines[i:]))
    for i in range(len(lines) - 1):
        bad("lines %d and %d swapped" % (i + 1, i + 2), from_lines(swapped(lines, i)))
    bad("a line feed behind it", signed + b"\n")
    bad("a zero byte behind it", signed + b"\0")
    bad("a byte order mark before it", b"\xef\xbb\xbf" + signed)
    bad("lines that end in CR LF", signed.replace(b"\n", b"\r\n"))
    bad("a hyphen in place of the dash", note.replace("\u2014", "-"))
    bad("two spaces behind the dash", note.replace("\u2014 ", "\u2014  "))
    bad("stray bits in the signature's base64", stray_bits(note))
    bad("no padding in the signature's base64", note.replace("=\n", "\n", 2))

    # Rightly signed, but not what a checkpoint may say.
    root = text.split("\n")[2]
    for title, wrong in (
        ("a leading zero in the size", "%s\n0600\n%s\n" % (ORIGIN, root)),
        ("a sign before the size", "%s\n+600\n%s\n" % (ORIGIN, root)),
        ("a negative size", "%s\n-1\n%s\n" % (ORIGIN, root)),
        ("no size", "%s\n\n%s\n" % (ORIGIN, root)),
        ("a size in hexadecimal", "%s\n0x258\n%s\n" % (ORIGIN, root)),
        ("a size with other digits than ASCII's", "%s\n\u0666\u0660\u0660\n%s\n" % (ORIGIN, root)),
        ("the size 2^63", "%s\n%d\n%s\n" % (ORIGIN, 2**63, root)),
        ("the size 2^64 + 600", "%s\n%d\n%s\n" % (ORIGIN, 2**64 + 600, root)),
        ("a space behind the size", "%s\n600 \n%s\n" % (ORIGIN, root)),
        ("a root of 31 bytes", "%s\n600\n%s\n" % (ORIGIN, b64(bytes(31)))),
        ("a root of 33 bytes", "%s\n600\n%s\n" % (ORIGIN, b64(bytes(33)))),
        ("a root in hexadecimal", "%s\n600\n%s\n" % (ORIGIN, base64.b64decode(root).hex())),
        ("a root with stray bits", "%s\n600\n%s\n" % (ORIGIN, stray_bits(root))),
        ("a root in the alphabet for URLs", "%s\n600\n%s\n" % (ORIGIN, b64(b"\xff" * 32).replace("/", "_"))),
        ("an empty tree with a root of its own", "%s\n0\n%s\n" % (ORIGIN, root)),
        ("a fourth line (tlog-checkpoint allows it; this profile does not)", text + "more\n"),
        ("no root", "%s\n600\n" % ORIGIN),
        ("the origin of another log", text.replace(ORIGIN, OTHER.name)),
        ("no origin", text.replace(ORIGIN, "")),
        ("an origin with a space", text.replace(ORIGIN, "ledger example")),
        ("an origin that only starts with the log's", text.replace(ORIGIN, ORIGIN + "0")),
        ("a control character", text.replace(ORIGIN, ORIGIN + "\x07")),
    ):
        bad(title, LOG.note(wrong))
    bad("a fourth line of 5,000 bytes", LOG.note(text + "x" * 5000 + "\n"))

    bad("signed by another key under the log's name", TRUE.checkpoint(600, IMPOSTOR))
    bad("signed by another log", OTHER.note(text))
    forged = LOG.line(IMPOSTOR.sign(text.encode()))
    bad("another key's signature under the log's key id", text + "\n" + forged)
    bad("a right signature of the log and a wrong one", note + forged)
    bad("a wrong signature of the log and a right one", text + "\n" + forged + LOG.line(LOG.sign(text.encode())))
    bad("the signature of another checkpoint", text + "\n" + TRUE.checkpoint(599).partition("\n\n")[2])
    bad("a signature plus the order of the group", text + "\n" + LOG.line(LOG.sign(text.encode(), True)))
    bad("a signature of zeros", text + "\n" + LOG.line(bytes(64)))
    bad("a signature of 63 bytes", text + "\n" + LOG.line(LOG.sign(text.encode())[:63]))
    bad("a signature of 65 bytes", text + "\n" + LOG.line(LOG.sign(text.encode()) + b"\0"))
    bad("only a key id in the signature", text + "\n" + LOG.line(b""))
    bad("cosigned by a witness and not signed by the log", W[0].cosign(text + "\n"))
    bad("over 100 signatures", note + STRANGER.line(b"x" * 72) * 100)

    ask = {"witnesses": WITNESSES, "quorum": 2}
    one = W[0].cosign(note)
    w2_line = W[1].cosign(note)[len(note) :]
    moved = flipped(base64.b64decode(w2_line.split(" ")[2])[4:], 7)
    bad("one of three, two must", one, **ask)
    bad("none of three", note, **ask)
    bad("one witness twice", one + one[len(note) :], **ask)
    bad("one witness at two times", W[0].cosign(one, TIME + 1), **ask)
    bad("the second is a witness that nobody knows", STRANGER.cosign(one), **ask)
    bad("a witness's name and another's key", one + Signer(W[1].name, "impostor", TYPE_COSIGNATURE).cosign(note)[len(note) :], **ask)
    bad("the time was changed", one + W[1].line(moved), **ask)
    bad("a time of 2^63", W[1].cosign(one, 2**63), **ask)
    bad("a cosignature of the checkpoint before", W[1].cosign(one, over=TRUE.text(599)), **ask)
    bad("a cosignature of a fork", W[1].cosign(one, over=FORKED.text(600)), **ask)
    bad("a cosignature without its time", one + W[1].line(W[1].sign(b"cosignature/v1\n" + text.encode())), **ask)
    bad("a witness's plain signature", one + W[1].line(TIME.to_bytes(8, "big") + W[1].sign(text.encode())), **ask)
    bad("a cosignature cut off", one + W[1].line(moved[:40]), **ask)
    bad("enough cosignatures and a wrong one of a known witness", two + W[2].line(moved), **ask)
    bad("two of three, but the log signed something else", two.replace("\n600\n", "\n601\n"), **ask)
    bad("a witness named twice, to count twice", one, witnesses=[WITNESSES[0]] * 2, quorum=2)
    for position in range(len(note.encode()) + 24, len(one.encode()) - 3, 16):
        bad("byte %d flipped, in the only cosignature" % position, flipped(one.encode(), position), witnesses=WITNESSES[:1], quorum=1)
    return group


def updates():
    group = Group(
        "update",
        "Whoever saw the checkpoint 'old' is shown 'new' and a consistency proof (RFC 6962, 2.1.2). "
        "An old one of size 0 needs none. A smaller 'new' is stale and refused.",
    )

    def members(first, second, proof=None, old=None, new=None, **more):
        proof = TRUE.consistency(first, second) if proof is None else proof
        return dict(
            log=LOG.vkey,
            old=old or TRUE.checkpoint(first),
            new=new or TRUE.checkpoint(second),
            proof=[h if isinstance(h, str) else b64(h) for h in proof],
            **more,
        )

    pairs = ((0, 0), (0, 600), (1, 1), (1, 2), (1, 600), (2, 3), (3, 7), (4, 7), (6, 8), (255, 256), (256, 257), (256, 600), (300, 600), (512, 600), (599, 600), (600, 600))
    for first, second in pairs:
        group.good("from %d to %d leaves" % (first, second), {"size": second}, **members(first, second))
    cosigned = W[0].cosign(TRUE.checkpoint(600))
    group.good("cosigned as asked", {"size": 600}, **members(300, 600, new=cosigned, witnesses=WITNESSES, quorum=1))

    def bad(title, *arguments, **more):
        group.bad(title, **members(*arguments, **more))

    for first, second in ((3, 7), (300, 600)):
        right = TRUE.consistency(first, second)
        for i in range(len(right)):
            bad("%d to %d: hash %d flipped" % (first, second, i), first, second, right[:i] + [flipped(right[i], 31)] + right[i + 1 :])
            bad("%d to %d: hash %d deleted" % (first, second, i), first, second, without(right, i))
            bad("%d to %d: hash %d twice" % (first, second, i), first, second, right[: i + 1] + right[i:])
        for i in range(len(right) - 1):
            bad("%d to %d: hashes %d and %d swapped" % (first, second, i, i + 1), first, second, swapped(right, i))
        bad("%d to %d: a hash more" % (first, second), first, second, right + [bytes(32)])
        bad("%d to %d: a hash before" % (first, second), first, second, [bytes(32)] + right)
        bad("%d to %d: no proof" % (first, second), first, second, [])
        bad("%d to %d: the proof backwards" % (first, second), first, second, right[::-1])
        bad("%d to %d: the proof for one leaf less" % (first, second), first, second, TRUE.consistency(first - 1, second))
    right = TRUE.consistency(300, 600)
    bad("a hash of 31 bytes", 300, 600, [b64(right[0][:31])] + right[1:])
    bad("a hash with stray bits", 300, 600, [stray_bits(b64(right[0]))] + right[1:])
    bad("65 hashes", 300, 600, right + [bytes(32)] * (65 - len(right)))
    bad("a proof where none is needed, for equal sizes", 600, 600, [bytes(32)])
    bad("a proof where none is needed, from no leaf", 0, 600, [bytes(32)])
    bad("a stale head: one leaf less than was seen", 600, 599, [])
    bad("a stale head with the proof the other way round", 600, 300, TRUE.consistency(300, 600))
    bad("a stale head: the empty tree", 600, 0, [])
    fork = FORKED.checkpoint
    bad("a fork: as many leaves, another root", 600, 600, [], new=fork(600))
    bad("a fork that grew, with its own proof", 300, 600, FORKED.consistency(300, 600), new=fork(600))
    bad("a fork that grew, with the true log's proof", 300, 600, new=fork(600))
    bad("a fork at the last leaf", 599, 600, new=History(600, "false", 598).checkpoint(600))
    bad("another log", 300, 600, new=TRUE.checkpoint(600, OTHER))
    bad("another key under the log's name", 300, 600, new=TRUE.checkpoint(600, IMPOSTOR))
    bad("the checkpoint seen before is another key's", 300, 600, old=TRUE.checkpoint(300, IMPOSTOR))
    bad("not cosigned as asked", 300, 600, witnesses=WITNESSES, quorum=1)
    bad("the sizes swapped in the new checkpoint", 300, 600, new=LOG.note(TRUE.text(600).replace("600", "300", 1)))
    return group


def proof_files():
    group = Group(
        "tlog-proof",
        "A file that proves a leaf (C2SP tlog-proof). The leaf's data is 'commitment', 32 bytes, or "
        "SHA-256(salt || body). 'witnesses' and 'quorum' as in the checkpoint vectors.",
    )

    def members(file, index, **more):
        more.setdefault("commitment", b64(TRUE.commitments[index]))
        return dict(log=LOG.vkey, file=file, **more)

    for size in (1, 2, 3, 7, 8, 255, 256, 257, 600):
        for index in sorted({0, size // 2, size - 1}):
            group.good("leaf %d of %d" % (index, size), {"index": index, "size": size}, **members(TRUE.proof_file(index, size), index))
    group.good("with extra data", {"index": 5, "size": 7}, **members(TRUE.proof_file(5, 7, extra=b64(b"anything")), 5))
    opened = dict(log=LOG.vkey, salt=salt(5), body=body(5))
    group.good("from salt and body", {"index": 5, "size": 7}, file=TRUE.proof_file(5, 7), **opened)
    two = W[1].cosign(W[0].cosign(TRUE.checkpoint(7)))
    group.good("cosigned by two of three", {"index": 5, "size": 7}, **members(TRUE.proof_file(5, 7, two), 5, witnesses=WITNESSES, quorum=2))

    def bad(title, file, index=5, **more):
        group.bad(title, **members(file, index, **more))

    for index, size in ((5, 7), (417, 600)):
        what = "leaf %d of %d: " % (index, size)
        right = TRUE.inclusion(index, size)

        def with_hashes(hashes):
            return TRUE.proof_file(index, size, hashes=hashes)

        for i in range(len(right)):
            bad(what + "hash %d flipped" % i, with_hashes(right[:i] + [flipped(right[i], 0, 7)] + right[i + 1 :]), index)
            bad(what + "hash %d deleted" % i, with_hashes(without(right, i)), index)
            bad(what + "hash %d twice" % i, with_hashes(right[: i + 1] + right[i:]), index)
        for i in range(len(right) - 1):
            bad(what + "hashes %d and %d swapped" % (i, i + 1), with_hashes(swapped(right, i)), index)
        bad(what + "a hash more", with_hashes(right + [bytes(32)]), index)
        bad(what + "a hash before", with_hashes([bytes(32)] + right), index)
        bad(what + "no hashes", with_hashes([]), index)
        bad(what + "the root itself as a hash more", with_hashes(right + [subtree(TRUE.leaves, 0, size)]), index)
        bad(what + "another leaf", TRUE.proof_file(index, size), index, commitment=b64(TRUE.commitments[index - 1]))
        bad(what + "the index of its neighbour", TRUE.proof_file(index, size).replace("index %d\n" % index, "index %d\n" % (index - 1)), index)
        bad(what + "an index behind the last leaf", TRUE.proof_file(index, size).replace("index %d\n" % index, "index %d\n" % size), index)
        bad(what + "a checkpoint of one leaf more", TRUE.proof_file(index, size, TRUE.checkpoint(size - 1)), index)
        bad(what + "a fork's checkpoint", TRUE.proof_file(index, size, History(size, "false", 2).checkpoint(size)), index)
        bad(what + "another log's checkpoint", TRUE.proof_file(index, size, TRUE.checkpoint(size, OTHER)), index)
        bad(what + "another key's checkpoint", TRUE.proof_file(index, size, TRUE.checkpoint(size, IMPOSTOR)), index)

    bad("a leaf that a fork has and the log has not", FORKED.proof_file(417, 600, TRUE.checkpoint(600)), 417, commitment=b64(FORKED.commitments[417]))
    file = TRUE.proof_file(5, 7)
    bytes_ = file.encode()
    for position in range(0, len(bytes_), 12):
        bad("byte %d flipped" % position, flipped(bytes_, position))
    for length in (0, 10, 22, 23, 29, 31, 75, 165, 166, 167, 200, len(bytes_) - 1):
        bad("only the first %d bytes" % length, bytes_[:length])
    lines = lines_of(bytes_)
    for i in range(len(lines)):
        bad("line %d deleted" % (i + 1), from_lines(without(lines, i)))
    for i in range(len(lines) - 1):
        bad("lines %d and %d swapped" % (i + 1, i + 2), from_lines(swapped(lines, i)))
    bad("lines that end in CR LF", file.replace("\n", "\r\n"))
    bad("a line feed behind it", file + "\n")
    bad("another version", file.replace("@v1", "@v2"))
    bad("a leading zero in the index", file.replace("index 5", "index 05"))
    bad("a negative index", file.replace("index 5", "index -2"))
    bad("the index 2^64 + 5", file.replace("index 5", "index %d" % (2**64 + 5)))
    bad("a space behind the index", file.replace("index 5", "index 5 "))
    bad("two index lines", file.replace("index 5\n", "index 5\nindex 5\n"))
    bad("extra data behind the index", file.replace("index 5\n", "index 5\nextra eA==\n"))
    bad("extra data that is not base64", TRUE.proof_file(5, 7, extra="a%b="))
    bad("extra data with stray bits", TRUE.proof_file(5, 7, extra="eB=="))
    bad("empty extra data", TRUE.proof_file(5, 7, extra=""))
    bad("65 hashes", TRUE.proof_file(5, 7, hashes=[bytes(32)] * 65))
    bad("cosigned by one, two must", TRUE.proof_file(5, 7, W[0].cosign(TRUE.checkpoint(7))), witnesses=WITNESSES, quorum=2)
    group.bad("another salt", file=file, **dict(opened, salt=salt(6)))
    group.bad("another body", file=file, **dict(opened, body=body(6)))
    group.bad("a byte of the body flipped", file=file, **dict(opened, body=flipped(body(5), 20)))
    group.bad("a byte more in the body", file=file, **dict(opened, body=body(5) + b" "))
    group.bad("the body's first byte in the salt", file=file, **dict(opened, salt=salt(5) + body(5)[:1], body=body(5)[1:]))
    group.bad("the salt's last byte in the body", file=file, **dict(opened, salt=salt(5)[:31], body=salt(5)[31:] + body(5)))
    return group


def tiles():
    size = 300
    right = TRUE.tiles(size)
    first, edge, top = tile_path(0, 0, 256), tile_path(0, 1, 44), tile_path(1, 0, 1)
    files = {"checkpoint": TRUE.checkpoint(size).encode(), **right}
    group = Group(
        "tiles",
        "A published ledger: the files 'checkpoint' and tile/... (C2SP tlog-tiles), in base64. The "
        "group's files are common to all cases; a case replaces some or, with null, takes them away. "
        "'entries' must be the leaves that they say.",
        files={path: b64(data) for path, data in files.items()},
    )

    def members(changed=None, **more):
        changed = {p: None if d is None else b64(d) for p, d in (changed or {}).items()}
        return dict(log=LOG.vkey, **({"files": changed} if changed else {}), **more)

    def entry(index, tale="true", **more):
        opened = {
            "leafIndex": str(index),
            "salt": b64(salt(index, tale)),
            "body": b64(body(index, tale)),
            "commitment": b64(sha256(salt(index, tale), body(index, tale))),
        }
        return dict(opened, **more)

    def checkpoint(n):
        return {"checkpoint": TRUE.checkpoint(n).encode()}

    def only(n, tiles_):
        """The files of another size in place of the group's."""
        return {**{path: None for path in right}, **checkpoint(n), **tiles_}

    full = TRUE.tiles(512)[tile_path(0, 1, 256)]
    group.good("all tiles", {"size": size}, **members())
    group.good("the complete tile in place of the partial one", {"size": size}, **members({edge: None, tile_path(0, 1, 256): full}))
    group.good("files that nobody needs", {"size": size}, **members({tile_path(0, 2, 5): bytes(160), "index.html": b"hello"}))
    group.good("the tree without leaves", {"size": 0}, **members(only(0, {})))
    group.good("a single leaf", {"size": 1}, **members(only(1, TRUE.tiles(1))))
    group.good("exactly one complete tile", {"size": 256}, **members({edge: None, **checkpoint(256)}))
    group.good("entries as committed", {"size": size}, **members(entries=[entry(0), entry(255), entry(299)]))
    group.good("an entry lawfully pruned", {"size": size}, **members(entries=[entry(7, salt="", body="")]))
    group.good("cosigned", {"size": size}, **members({"checkpoint": W[0].cosign(TRUE.checkpoint(size)).encode()}, witnesses=WITNESSES, quorum=1))

    def bad(title, changed=None, **more):
        group.bad(title, **members(changed, **more))

    for path in right:
        data = right[path]
        bad(path + ": missing", {path: None})
        bad(path + ": empty", {path: b""})
        bad(path + ": its first byte flipped", {path: flipped(data, 0)})
        bad(path + ": its last byte flipped", {path: flipped(data, len(data) - 1, 7)})
        bad(path + ": its last byte missing", {path: data[:-1]})
        bad(path + ": its last hash missing", {path: data[:-32]})
        bad(path + ": a byte more", {path: data + b"\0"})
        bad(path + ": a hash more", {path: data + bytes(32)})
    for path in (first, edge):
        data = right[path]
        bad(path + ": two leaves swapped", {path: data[32:64] + data[:32] + data[64:]})
        bad(path + ": a leaf deleted, the next moved up", {path: data[:64] + data[96:] + data[:32]})
        bad(path + ": a leaf twice", {path: data[:64] + data[32:-32]})
    bad("both tiles of level 0 swapped", {first: right[edge], edge: right[first]})
    bad("a fork's tile of the first leaves", {first: History(256, "false", 255).tiles(256)[first]})
    bad("all of a fork's tiles", FORKED.tiles(size))
    bad("a fork's root in level 1 only", {top: subtree(FORKED.leaves, 0, 256)})
    bad("a fork's tiles of level 0 only", {**FORKED.tiles(size), top: right[top]})
    bad("a complete tile in place of the partial one, of a fork", {edge: None, tile_path(0, 1, 256): FORKED.tiles(512)[tile_path(0, 1, 256)]})
    bad("a complete tile cut off in place of the partial one", {edge: None, tile_path(0, 1, 256): full[:-32]})
    bad("a checkpoint of one leaf more", checkpoint(301))
    bad("a checkpoint of one leaf less, without its tile", checkpoint(299))
    bad("a checkpoint of 70,000 leaves", {"checkpoint": LOG.note("%s\n70000\n%s\n" % (ORIGIN, b64(bytes(32)))).encode()})
    bad("a fork's checkpoint", {"checkpoint": FORKED.checkpoint(size).encode()})
    bad("another key's checkpoint", {"checkpoint": TRUE.checkpoint(size, IMPOSTOR).encode()})
    bad("another log's checkpoint", {"checkpoint": TRUE.checkpoint(size, OTHER).encode()})
    bad("not cosigned as asked", witnesses=WITNESSES, quorum=1)
    bad("the leaf as its own root, of a log with one leaf more", only(1, {tile_path(0, 0, 1): TRUE.leaves[1]}))
    bad("an entry with another salt", entries=[entry(7, salt=b64(salt(8)))])
    bad("an entry with another body", entries=[entry(7, body=b64(body(8)))])
    bad("an entry with a salt of 31 bytes", entries=[entry(7, salt=b64(salt(7)[:31]))])
    bad("an entry without its salt", entries=[entry(7, salt="")])
    bad("an entry at another place", entries=[entry(7, leafIndex="8")])
    bad("an entry behind the checkpoint", entries=[entry(300)])
    bad("an entry that was never there", entries=[entry(7, "false")])
    bad("a pruned entry with another commitment", entries=[entry(7, salt="", body="", commitment=b64(bytes(32)))])
    bad("the second of two entries is wrong", entries=[entry(7), entry(8, body=b64(b"{}"))])
    return group


def versions():
    group = Group(
        "versions",
        "The versions that a mutation put, in that order (body in base64; null: erased), and the "
        "ledger entry that commits to them with 'versions_sha256'.",
    )

    def of(items):
        # Not by verify.py: the frame spelled out once more.
        framed = b""
        for kind, name, content in items:
            framed += struct.pack(">Q", len(kind.encode())) + kind.encode()
            framed += struct.pack(">Q", len(name.encode())) + name.encode()
            framed += b"\xff" * 8 if content is None else struct.pack(">Q", len(content)) + content
        return hashlib.sha256(framed).hexdigest()

    def members(items, committed):
        entry = {"format": "comity.entry.v1", "kind": "MUTATION", "revision": 7}
        if committed is not None:
            entry["versions_sha256"] = committed
        return dict(
            entry=json.dumps(entry, separators=(",", ":")),
            versions=[
                {"kind": kind, "id": name, "body": None if content is None else b64(content)}
                for kind, name, content in items
            ],
        )

    def good(title, *items):
        group.good(title, {"count": len(items)}, **members(items, of(items)))

    a, b = ("partner", "partners/a", b"one"), ("partner", "partners/b", bytes(range(256)))
    gone, barrier = ("upload", "u", None), ("barrier", "-", b"")
    good("nothing was put")
    good("one version", a)
    good("two", a, b)
    good("one of them erased", a, gone)
    good("an empty body", a, barrier)
    good("a name that is not ASCII", ("partner", "partners/K\u00f6ln", b"one"))
    good("a body of 1,000 bytes", ("partner", "partners/a", b"x" * 1000))
    good("300 versions", *[("note", str(i), b"%d" % i) for i in range(300)])

    committed = of((a, b, gone, barrier))

    def bad(title, *items):
        group.bad(title, **members(items, committed))

    for i in range(0, 256, 51):
        bad("byte %d of a body flipped" % i, a, (b[0], b[1], flipped(b[2], i)), gone, barrier)
    bad("a body cut off", ("partner", "partners/a", b"on"), b, gone, barrier)
    bad("two bodies swapped", (a[0], a[1], b[2]), (b[0], b[1], a[2]), gone, barrier)
    bad("two versions swapped", b, a, gone, barrier)
    bad("the first missing", b, gone, barrier)
    bad("the last missing", a, b, gone)
    bad("all missing")
    bad("one more behind", a, b, gone, barrier, a)
    bad("one twice", a, a, b, gone, barrier)
    bad("another kind", ("partners", a[1], a[2]), b, gone, barrier)
    bad("another id", (a[0], "partners/c", a[2]), b, gone, barrier)
    bad("the end of a kind at the start of the id", ("partne", "rpartners/a", a[2]), b, gone, barrier)
    bad("the end of an id at the start of the body", (a[0], "partners/", b"aone"), b, gone, barrier)
    bad("an empty body in place of an erased one", a, b, (gone[0], gone[1], b""), barrier)
    bad("an erased one in place of an empty body", a, b, gone, (barrier[0], barrier[1], None))
    group.bad("the entry commits to none", **members((a,), None))
    group.bad("in upper case", **members((b,), of((b,)).upper()))
    group.bad("the hash of the bodies alone", **members((a,), hashlib.sha256(a[2]).hexdigest()))
    return group


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        print(__doc__)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    stale = []
    for make in (vkeys, checkpoints, updates, proof_files, tiles, versions):
        group = make()
        path = os.path.join(FOLDER, group.content["kind"] + ".json")
        if sys.argv[1:] == ["--check"]:
            with open(path, encoding="utf-8") as file:
                if file.read() != group.text():
                    stale.append(path)
        else:
            with open(path, "w", encoding="utf-8") as file:
                file.write(group.text())
    for path in stale:
        print(path + " is not what generate.py writes; run it")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
