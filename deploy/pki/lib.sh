# shellcheck shell=bash
# What the scripts of this folder share. Sourced, never run.
set -euo pipefail
umask 077
program=deploy/pki/$(basename "$0")

# Ends with a sentence. 2: misuse, 1: failure.
misuse() { printf '%s: %s; see --help\n' "$program" "$*" >&2; exit 2; }
fail() { printf '%s: %s\n' "$program" "$*" >&2; exit 1; }
say() { [ -n "${quiet:-}" ] || printf '%s\n' "$*" >&2; }

command -v openssl >/dev/null || fail "openssl is not installed; install it (apt-get install openssl)"

# value OPTION ARGUMENTS-LEFT: an option that lacks its value is misuse.
value() { [ "$2" -ge 2 ] || misuse "$1 needs a value"; }

days() {
  case "$2" in
    "" | *[!0-9]* | 0*) misuse "$1 must be a number of days, not \"$2\"" ;;
  esac
}

domain_name() {
  [[ $1 =~ ^[a-z0-9._-]{1,255}$ ]] ||
    misuse "\"$1\" is no trust domain; use lower-case letters, digits, '-', '.', '_'"
}

# The same grammar as common/identity/principal.h.
spiffe_id() {
  local name='[a-z0-9._-]+'
  local roles='desk-officer|national-member|liaison-prosecutor|college|president|registry-operator|dpo|auditor|operator|commission|eeas|eu-delegation|probe'
  [[ $1 =~ ^spiffe://$name/(agency/($roles)/$name/$name|partner/$name/contact/$name|application/$name|service/$name)$ ]] ||
    misuse "\"$1\" is no SPIFFE id of the suite; it must be spiffe://<domain>/agency/<role>/<unit>/<person>, /partner/<partner>/contact/<id>, /application/<name> or /service/<name>"
}

domain_of() {
  local rest=${1#spiffe://}
  printf '%s\n' "${rest%%/*}"
}

# The authority of a domain, or the end.
authority() {
  [ -f "$1/$2/ca/issuing.key" ] ||
    fail "$1/$2 holds no authority; make it first with deploy/pki/dev-ca --pki $1 --domain $2"
}

# One change of an authority at a time: locks until the script ends.
lock() {
  exec 9>"$1/ca/lock"
  flock 9
}

# install_file SOURCE TARGET MODE: a reader sees the old or the new file, never half of one.
install_file() {
  chmod "$3" "$1"
  if [ -f "$2" ] && cmp -s "$1" "$2"; then
    rm -f "$1"
  else
    mv -f "$1" "$2"
  fi
}

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

instant() { date -u -d "$1" +%Y%m%d%H%M%SZ; }

# write_crl FOLDER WHICH DAYS: a fresh CRL of the root or issuing authority.
write_crl() {
  local fresh
  fresh=$(mktemp "$1/.crl.XXXXXX")
  openssl ca -config "$1/ca/$2.cnf" -gencrl -crldays "$3" -out "$fresh" 2>/dev/null ||
    fail "the CRL of $1/ca/$2 could not be made; look at openssl ca -config $1/ca/$2.cnf -gencrl"
  install_file "$fresh" "$1/$2.crl.pem" 0644
}

# The SPIFFE id, and the DNS names and addresses, of a certificate, one a line.
names_of() {
  openssl x509 -in "$1" -noout -ext subjectAltName 2>/dev/null | tail -n +2 | tr ',' '\n' |
    sed -n "s/^ *$2://p"
}

# more_than_a_third_left COMMAND...: whether that holds of the two instants, first and last, that the
# command prints, one a line after '='.
more_than_a_third_left() {
  local dates from until now
  dates=$("$@" | cut -d= -f2 | date -u -f - +%s)
  from=${dates%$'\n'*} until=${dates#*$'\n'}
  printf -v now '%(%s)T' -1
  [ $(((until - now) * 3)) -gt $((until - from)) ]
}

fresh() { more_than_a_third_left openssl x509 -in "$1" -noout -startdate -enddate; }

# refresh_crls FOLDER DAYS: makes anew the CRLs that run out. The authority must be locked.
refresh_crls() {
  local which
  for which in root issuing; do
    more_than_a_third_left openssl crl -in "$1/$which.crl.pem" -noout -lastupdate -nextupdate ||
      write_crl "$1" "$which" "$2"
  done
}

# Whether a certificate file and key file belong together and verify in FOLDER, CRLs included.
in_order() {
  local folder=$1 certificate=$2 key=$3
  [ "$(openssl x509 -in "$certificate" -noout -pubkey 2>/dev/null)" = \
    "$(openssl pkey -in "$key" -pubout 2>/dev/null)" ] || return 1
  openssl verify -CAfile "$folder/roots.pem" -untrusted "$folder/intermediates.pem" \
    -crl_check_all -CRLfile "$folder/root.crl.pem" -CRLfile "$folder/issuing.crl.pem" \
    "$certificate" >/dev/null 2>&1
}
