// SPDX-License-Identifier: Apache-2.0
//
// What stands inside requests and answers: the path that is decided on, the trace a request is part
// of, the field that names a model, the events of a stream.
#include <boost/json.hpp>
#include <string>

#include "fuzz/cuts.h"
#include "fuzz/target.h"
#include "wire/model_field.h"
#include "wire/path.h"
#include "wire/sse_counter.h"
#include "wire/trace_context.h"

namespace signalbox::fuzz {

namespace {

using wire::ModelField;

// In which words a body is refused depends on the cuts (Boost.JSON finds one of two faults first);
// whether it is does not.
std::string told(const ModelField& field) {
  const bool malformed = field.state() == ModelField::State::kMalformed;
  require(malformed == !field.problem().empty(), "no reason given, or one for nothing");
  std::string out = std::to_string(static_cast<int>(field.state())) + " " + field.model();
  if (field.stream()) out += *field.stream() ? " streams" : " whole";
  return out;
}

std::string read(const std::vector<std::string_view>& pieces, ModelField::Until until) {
  ModelField field(until);
  for (const std::string_view piece : pieces) field.feed(piece);
  field.finish();
  require(field.state() != ModelField::State::kNeedMore, "undecided at the end");
  return told(field);
}

// Against another reader, which reads the whole: what both understand, they understand alike.
void compare_with_a_whole_document(std::string_view bytes, const ModelField& field) {
  boost::json::error_code error;
  const boost::json::value document = boost::json::parse(bytes, error);
  if (error) return;
  const auto* object = document.if_object();
  const auto* model = object == nullptr ? nullptr : object->if_contains("model");
  if (field.state() == ModelField::State::kFound && !field.model().empty()) {
    require(model != nullptr, "a model that is none");
  }
  if (field.state() == ModelField::State::kAbsent) {
    require(model == nullptr || model->is_null(), "a model that was not seen");
  }
}

int count_events(const std::vector<std::string_view>& pieces) {
  wire::SseCounter counter;
  for (const std::string_view piece : pieces) counter.feed(piece);
  return counter.events();
}

}  // namespace

void target_path(std::string_view bytes) {
  const auto once = wire::normalise_target(bytes);
  if (!once.ok()) {
    require(once.error().status == 400 && !once.error().message.empty(), "no reason given");
    return;
  }
  const std::string text = once->text();
  const auto twice = wire::normalise_target(text);
  require(twice.ok() && twice->text() == text, "a second pass changes " + text);
  if (once->path == "*") return;
  require(once->path.starts_with('/'), "a path that begins elsewhere");
  for (const char* rest : {"//", "/./", "/../", "\\", "#", "?", "%00", "/.;", "/..;"}) {
    require(once->path.find(rest) == std::string::npos,
            "left " + std::string(rest) + " in " + text);
  }
  require(!once->path.ends_with("/.") && !once->path.ends_with("/.."), "a dot at the end");
  for (const char c : text) require(c > ' ' && c < 0x7f, "a byte that is not printable");
}

void traceparent(std::string_view bytes) {
  const auto context = wire::parse_traceparent(bytes);
  if (!context) return;
  require(context->span != 0 && (context->trace_high | context->trace_low) != 0, "an id of nobody");
  const auto written = wire::format_traceparent(*context);
  const auto again = wire::parse_traceparent({written.data(), written.size()});
  require(again.has_value(), "what is written is not read");
  require(again->span == context->span && again->trace_high == context->trace_high &&
              again->trace_low == context->trace_low && again->sampled() == context->sampled(),
          "what is written is another trace");
}

void model_field(std::string_view bytes) {
  for (const auto until : {ModelField::Until::kModel, ModelField::Until::kModelAndStream}) {
    const std::string whole = read({bytes}, until);
    require(read(byte_by_byte(bytes), until) == whole, "byte by byte: not " + whole);
    require(read(in_a_few_pieces(bytes), until) == whole, "in pieces: not " + whole);
  }
  ModelField field(ModelField::Until::kModelAndStream);
  field.feed(bytes);
  field.finish();
  require(field.model().size() <= ModelField::kMaxModelBytes, "a model too long");
  compare_with_a_whole_document(bytes, field);
}

void sse_counter(std::string_view bytes) {
  const int whole = count_events({bytes});
  require(count_events(byte_by_byte(bytes)) == whole, "another count byte by byte");
  require(count_events(in_a_few_pieces(bytes)) == whole, "another count in pieces");
  // An event takes `data:` and two ends of lines.
  require(whole >= 0 && static_cast<std::size_t>(whole) <= bytes.size() / 7, "too many events");
}

}  // namespace signalbox::fuzz
