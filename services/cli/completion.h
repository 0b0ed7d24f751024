#pragma once

#include "services/cli/app.h"

namespace comity::cli {

// `comity completion bash`: prints a script that completes commands and options, made from the
// commands themselves.
void RegisterCompletion(CLI::App& root, App& app);

}  // namespace comity::cli
