// SPDX-License-Identifier: Apache-2.0
//
// The public faces of the engine; Beast stays behind this file, out of everyone's compile time.
#include "wire/http1_parser.h"

#include <utility>

#include "wire/http1_engine.h"

namespace signalbox::wire {

namespace {

std::optional<std::uint64_t> length_of(const Framing& framing) {
  return framing.has_length ? std::optional(framing.length) : std::nullopt;
}

}  // namespace

struct RequestParser::Impl : Engine<true> {
  using Engine::Engine;
};

struct ResponseParser::Impl : Engine<false> {
  using Engine::Engine;
};

RequestParser::RequestParser(ParserLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;
void RequestParser::on_body(BodySink sink) { impl_->sink = std::move(sink); }
Result<std::size_t, ParseFailure> RequestParser::consume(std::string_view bytes) {
  return impl_->consume(bytes);
}
bool RequestParser::started() const { return impl_->started(); }
bool RequestParser::head_done() const { return impl_->head_done(); }
bool RequestParser::done() const { return impl_->done(); }
const RequestHead& RequestParser::head() const { return impl_->head(); }
const Framing& RequestParser::framing() const { return impl_->framing(); }
bool RequestParser::keep_alive() const { return framing().keep_alive; }
bool RequestParser::chunked() const { return framing().body == BodyKind::kChunked; }
bool RequestParser::upgrade() const { return framing().upgrade; }
bool RequestParser::expects_continue() const { return framing().expects_continue; }
std::optional<std::uint64_t> RequestParser::content_length() const { return length_of(framing()); }
std::uint64_t RequestParser::body_bytes() const { return impl_->body_bytes(); }
void RequestParser::reset() { impl_->reset({}); }

ResponseParser::ResponseParser(ParserLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
ResponseParser::~ResponseParser() = default;
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;
void ResponseParser::on_body(BodySink sink) { impl_->sink = std::move(sink); }
Result<std::size_t, ParseFailure> ResponseParser::consume(std::string_view bytes) {
  return impl_->consume(bytes);
}
std::optional<ParseFailure> ResponseParser::finish_eof() { return impl_->finish_eof(); }
bool ResponseParser::started() const { return impl_->started(); }
bool ResponseParser::head_done() const { return impl_->head_done(); }
bool ResponseParser::done() const { return impl_->done(); }
const ResponseHead& ResponseParser::head() const { return impl_->head(); }
const Framing& ResponseParser::framing() const { return impl_->framing(); }
bool ResponseParser::keep_alive() const { return framing().keep_alive; }
bool ResponseParser::chunked() const { return framing().body == BodyKind::kChunked; }
std::optional<std::uint64_t> ResponseParser::content_length() const { return length_of(framing()); }
std::uint64_t ResponseParser::body_bytes() const { return impl_->body_bytes(); }
void ResponseParser::reset(bool head_request, bool upgrade) {
  impl_->reset({head_request, upgrade});
}

}  // namespace signalbox::wire
