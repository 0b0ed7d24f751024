#pragma once

#include "services/cli/app.h"

namespace comity::cli {

// comity transfer table.
void RegisterTransferTable(Command transfer, App& app);

}  // namespace comity::cli
