// SPDX-License-Identifier: Apache-2.0
#include "wire/http2_writer.h"

#include <charconv>

#include "wire/http1_rules.h"
#include "wire/passing_fields.h"

namespace signalbox::wire {

namespace {

bool takes_trailers(const RequestHead& head) {
  for (const Field& field : head.fields) {
    if (equals_ignoring_case(field.name, "te") &&
        field.value.find("trailers") != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace

void Http2FieldList::set_request(const RequestHead& head, const RequestRewrite& rewrite,
                                 std::string_view scheme) {
  fields_.clear();
  fields_.push_back({":method", head.method});
  fields_.push_back({":scheme", scheme});
  fields_.push_back({":authority", rewrite.host});
  fields_.push_back({":path", rewrite.target});
  for_each_passing(head, rewrite,
                   [this](const Field& field) { fields_.push_back({field.name, field.value}); });
  if (takes_trailers(head)) fields_.push_back({"te", "trailers"});
  if (!rewrite.client_address.empty()) {
    fields_.push_back({"x-forwarded-for", rewrite.client_address});
  }
  fields_.push_back({"x-forwarded-proto", rewrite.client_scheme});
  fields_.insert(fields_.end(), rewrite.own.begin(), rewrite.own.end());
  if (rewrite.framing.body == BodyKind::kLength) add_length(rewrite.framing.length);
}

void Http2FieldList::set_response(const ResponseHead* relayed, std::span<const OwnField> own,
                                  std::optional<std::uint64_t> length) {
  fields_.clear();
  if (relayed != nullptr) {
    for_each_passing(*relayed,
                     [this](const Field& field) { fields_.push_back({field.name, field.value}); });
  }
  fields_.insert(fields_.end(), own.begin(), own.end());
  if (length) add_length(*length);
}

void Http2FieldList::set_trailers(std::span<const Field> trailers) {
  fields_.clear();
  for (const Field& field : trailers) {
    if (!refused_trailer(field.name)) fields_.push_back({field.name, field.value});
  }
}

void Http2FieldList::add_length(std::uint64_t length) {
  const auto end = std::to_chars(digits_.data(), digits_.data() + digits_.size(), length).ptr;
  fields_.push_back({"content-length", {digits_.data(), end}});
}

}  // namespace signalbox::wire
