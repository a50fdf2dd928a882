// SPDX-License-Identifier: Apache-2.0
//
// Heads as an intermediary writes them to HTTP/2: the same fields that http1_writer.h lets pass, as
// the list that a session submits. The views in it point into what it was made from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "wire/http1_message.h"
#include "wire/http1_writer.h"

namespace signalbox::wire {

class Http2FieldList {
 public:
  // `head` as it goes to a unit. `te: trailers`, without which gRPC servers refuse to speak, is
  // said anew where the client said it.
  void set_request(const RequestHead& head, const RequestRewrite& rewrite, std::string_view scheme);

  // A unit's answer as it goes to a client, or with null one of our own: `own`, and the length
  // where it is known.
  void set_response(const ResponseHead* relayed, std::span<const OwnField> own,
                    std::optional<std::uint64_t> length);

  // Those that may be trailers.
  void set_trailers(std::span<const Field> trailers);

  std::span<const OwnField> view() const { return fields_; }

 private:
  void add_length(std::uint64_t length);

  std::vector<OwnField> fields_;
  std::array<char, 20> digits_;
};

}  // namespace signalbox::wire
