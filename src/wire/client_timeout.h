// SPDX-License-Identifier: Apache-2.0
//
// How long a client says that it will wait. Work for one that has given up is wasted, so its limit
// goes with the request: it is not sent where it would come too late, and the unit is told what is
// left of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "wire/http1_message.h"

namespace signalbox::wire {

// Milliseconds, a whole number.
inline constexpr std::string_view kTimeoutField = "x-signalbox-timeout-ms";

// gRPC's own way to say the same.
inline constexpr std::string_view kGrpcTimeoutField = "grpc-timeout";

// By kTimeoutField, or Envoy's x-envoy-expected-rq-timeout-ms, or the grpc-timeout of a gRPC call,
// the first that is there; nullopt when none is. 400 when what is said is no number between 1 and a
// day, or no time as gRPC writes it (of which more than a day counts as a day).
Result<std::optional<Duration>, ParseFailure> client_timeout(const RequestHead& head);

// What is left, as the field's value; never less than one.
std::string format_timeout_ms(Duration left);

}  // namespace signalbox::wire
