// SPDX-License-Identifier: Apache-2.0
//
// What every subcommand tells its caller.
#pragma once

namespace signalbox::apps {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;    // the work itself failed
inline constexpr int kExitBadUsage = 2;  // the command line or the configuration is wrong

}  // namespace signalbox::apps
