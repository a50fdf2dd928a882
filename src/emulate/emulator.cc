// SPDX-License-Identifier: Apache-2.0
//
// Composition; see emulator.h.
#include "emulate/emulator.h"

#include <fmt/format.h>

#include <utility>

namespace signalbox::emulate {

Emulator::Emulator(asio::io_context& io, core::FleetSpec spec, EmulatorOptions options)
    : options_(std::move(options)),
      fleet_(io, std::move(spec), options_.shapes, options_.seed),
      api_(io, fleet_),
      control_(io, [this](http::Request request, std::shared_ptr<http::Responder> responder) {
        api_.handle(request, std::move(responder));
      }) {}

Result<core::Address> Emulator::start() {
  if (auto error = fleet_.start()) return *error;
  auto bound = control_.listen(options_.control);
  if (bound) return bound;
  return Error{fmt::format("the emulator's control API cannot listen on {}: {}",
                           core::to_string(options_.control), bound.error().message)};
}

}  // namespace signalbox::emulate
