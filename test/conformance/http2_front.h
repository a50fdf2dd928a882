// SPDX-License-Identifier: Apache-2.0
//
// A client of HTTP/2 in a test's own hands: frames as they are told, and the frames that come back.
// No library would send what these tests are about.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "test/conformance/front.h"
#include "wire/http2_frames.h"

namespace signalbox::conformance {

// Takes whole frames off a stream of bytes, in the way of the parsers that a Plug feeds.
class FrameReader {
 public:
  Result<std::size_t, wire::ParseFailure> consume(std::string_view bytes) {
    std::size_t taken = 0;
    while (bytes.size() - taken >= kFrameHead) {
      const std::size_t size = kFrameHead + wire::testing::number_at(bytes, taken, 3);
      if (bytes.size() - taken < size) break;
      for (auto& frame : wire::testing::split_frames(bytes.substr(taken, size))) {
        frames_.push_back(std::move(frame));
      }
      taken += size;
    }
    return taken;
  }
  const std::vector<wire::testing::Frame>& frames() const { return frames_; }

 private:
  static constexpr std::size_t kFrameHead = 9;
  std::vector<wire::testing::Frame> frames_;
};

class Http2Client {
 public:
  explicit Http2Client(const stage::LiveNode& node) : plug_(node.connect()) {
    plug_.send(wire::testing::greeting());
  }

  // False when the gateway is gone.
  bool send(std::string_view frames) { return plug_.send(frames); }

  // Reads until a frame of that type came, on that stream unless 0; nullopt when the connection
  // ended before.
  std::optional<wire::testing::Frame> await(unsigned char type, std::uint32_t stream = 0) {
    std::optional<wire::testing::Frame> found;
    std::size_t seen = 0;
    plug_.feed(reader_, [&] {
      for (; seen < reader_.frames().size() && !found; ++seen) {
        const auto& frame = reader_.frames()[seen];
        if (frame.type == type && (stream == 0 || frame.stream == stream)) found = frame;
      }
      return found.has_value();
    });
    return found;
  }

  // The code of the GOAWAY that ends the connection; nullopt when it ended without, or goes on.
  std::optional<wire::Http2Code> goaway() {
    const auto frame = await(wire::testing::kGoaway);
    if (!frame) return std::nullopt;
    return wire::Http2Code{wire::testing::number_at(frame->payload, 4)};
  }
  std::optional<wire::Http2Code> reset(std::uint32_t stream) {
    const auto frame = await(wire::testing::kRstStream, stream);
    if (!frame) return std::nullopt;
    return wire::Http2Code{wire::testing::number_at(frame->payload, 0)};
  }

  stage::Plug& plug() { return plug_; }

 private:
  stage::Plug plug_;
  FrameReader reader_;
};

}  // namespace signalbox::conformance
