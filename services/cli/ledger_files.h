#pragma once

#include "services/cli/app.h"

namespace comity::cli {

// Registers, under `comity ledger`, what needs files and public keys only: verify, proof, witness.
void RegisterLedgerFiles(Command ledger, App& app);

}  // namespace comity::cli
