#pragma once

#include "services/cli/app.h"

namespace comity::cli {

// comity transfer batch.
void RegisterTransferBatch(Command transfer, App& app);

}  // namespace comity::cli
