// SPDX-License-Identifier: Apache-2.0
#include "gateway/memory_watch.h"

namespace signalbox::gateway {

namespace {

constexpr std::chrono::milliseconds kBeat{250};

}  // namespace

void MemoryWatch::start() {
  if (const auto use = ports_.read()) ports_.told(*use, pressure_.update(*use));
  beat_.expires_after(kBeat);
  beat_.async_wait([this](error_code error) {
    if (!error) start();
  });
}

}  // namespace signalbox::gateway
