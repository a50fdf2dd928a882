// SPDX-License-Identifier: Apache-2.0
//
// What one try at something on a socket came to: it is over, well or not, or it has to wait.
#pragma once

#include <cstddef>
#include <cstdint>

#include "net/asio.h"

namespace signalbox::net {

// What to wait for before trying again; kNothing = it is over.
enum class Need : std::uint8_t { kNothing, kReadable, kWritable };

struct Step {
  Need need = Need::kNothing;
  error_code error;      // when it is over
  std::size_t size = 0;  // bytes moved, when it is over without an error
};

}  // namespace signalbox::net
