// SPDX-License-Identifier: Apache-2.0
//
// The flags of `signalbox profile`, which are many: apart from those of the other subcommands.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace signalbox::apps {

// Adds the subcommand; when it is given, `run` becomes what it does.
void add_profile(CLI::App& app, std::function<int()>& run);

}  // namespace signalbox::apps
