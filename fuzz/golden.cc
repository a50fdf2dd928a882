// SPDX-License-Identifier: Apache-2.0
//
// What units answer when two of them are compared: pictures, and answers of every API, each
// compared with itself.
#include <cmath>
#include <string>

#include "fuzz/target.h"
#include "profiler/equivalence.h"
#include "profiler/golden_answer.h"
#include "profiler/image_likeness.h"
#include "profiler/picture_decoder.h"
#include "profiler/text_likeness.h"

namespace signalbox::fuzz {

namespace {

constexpr std::uint64_t kMaxPixels = 256UL * 1024UL;  // small, so that many are tried

}  // namespace

void picture(std::string_view bytes) {
  const auto read = profiler::decode_picture(bytes, kMaxPixels);
  if (!read.ok()) {
    require(!read.error().message.empty(), "no reason given");
    return;
  }
  require(read->pixels() > 0 && read->pixels() <= kMaxPixels, "a picture beyond its bound");
  require(read->rgb.size() == 3 * read->pixels(), "pixels that are not there");
  const auto itself = profiler::compare_pictures(*read, *read);
  require(std::abs(itself.ssim - 1.0) < 1e-6 && itself.colour == 0.0, "unlike itself");
}

// The first byte says of which API it is.
void golden_answer(std::string_view bytes) {
  if (bytes.empty()) return;
  constexpr wire::Api kApis[] = {wire::Api::kGenimage,         wire::Api::kOpenaiImages,
                                 wire::Api::kOpenaiChat,       wire::Api::kOpenaiCompletions,
                                 wire::Api::kOpenaiEmbeddings, wire::Api::kOther};
  constexpr const char* kTypes[] = {"application/json", "text/plain", "image/png"};
  const auto first = static_cast<unsigned char>(bytes.front());
  const std::string body(bytes.substr(1));
  const auto answer = profiler::read_golden_answer(
      kApis[first % 6], {200, {{"content-type", kTypes[first / 6 % 3]}}, body});
  if (!answer.ok()) {
    require(!answer.error().message.empty(), "no reason given");
    return;
  }
  const auto itself = profiler::compare_answers(answer, answer, {});
  require(itself.passed && itself.likeness > 0.999, "unlike itself: " + itself.finding);
  if (const auto* texts = std::get_if<profiler::Texts>(&*answer)) {
    for (const auto& text : texts->each) {
      require(profiler::is_utf8(text), "a text that is not in UTF-8");
    }
  }
}

}  // namespace signalbox::fuzz
