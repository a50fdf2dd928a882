// SPDX-License-Identifier: Apache-2.0
//
// Reads the top-level `model` and `stream` fields from a JSON body as it arrives, and stops as soon
// as it knows enough: a request can be routed while most of its prompt is still on the way. The
// JSON parser is Boost.JSON's, fed piece by piece; nothing but the two values is stored.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace signalbox::wire {

class ModelField {
 public:
  enum class State : std::uint8_t {
    kNeedMore,   // undecided; feed on
    kFound,      // known: see model()
    kAbsent,     // the whole body was read and names no model (or it is null, or no object)
    kMalformed,  // not JSON, nested too deep, or `model` is not a string of 1 to 256 bytes
  };
  enum class Until : std::uint8_t {
    kModel,           // stop once the model is known
    kModelAndStream,  // read on for `stream`; kFound then needs both, or the end of the body
  };

  static constexpr std::size_t kMaxDepth = 128;
  static constexpr std::size_t kMaxModelBytes = 256;

  explicit ModelField(Until until = Until::kModel);
  ~ModelField();
  ModelField(ModelField&&) noexcept;
  ModelField& operator=(ModelField&&) noexcept;

  // The next bytes of the body, split anywhere. Decided states are final; more input is ignored.
  State feed(std::string_view piece);

  // The body is complete.
  State finish();

  State state() const;

  // Empty until known. The first `model` of the object counts. It may be known before kFound when
  // reading on for `stream`.
  const std::string& model() const;

  // nullopt when not seen (yet) or not a boolean.
  std::optional<bool> stream() const;

  // Why the state is kMalformed, for people; empty otherwise.
  const std::string& problem() const;

  // Ready for the next body.
  void reset();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signalbox::wire
