// SPDX-License-Identifier: Apache-2.0
//
// A handler for Boost.JSON's push parser that remembers two values and where it is. Stopping early
// is an error to that parser; the handler's own verdict tells it from a real one.
#include "wire/model_field.h"

#include <boost/json/basic_parser_impl.hpp>
#include <utility>

namespace signalbox::wire {

namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

// Longer keys than this are neither `model` nor `stream`.
constexpr std::size_t kLongestKey = 8;

enum class Awaiting : std::uint8_t { kNothing, kModel, kStream };

struct Handler {
  // NOLINTBEGIN(readability-identifier-naming): the parser asks for these names
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  // NOLINTEND(readability-identifier-naming)

  ModelField::Until until{};
  int depth = 0;
  bool is_object = false;
  Awaiting awaiting = Awaiting::kNothing;
  std::string key;
  std::string model;
  bool model_known = false;
  bool model_null = false;
  std::optional<bool> stream;
  bool enough = false;
  std::string problem;

  bool stop(error_code& ec) {
    ec = json::error::exception;
    return false;
  }

  bool refuse(const char* why, error_code& ec) {
    problem = why;
    return stop(ec);
  }

  bool check_enough(error_code& ec) {
    enough = model_known && (until == ModelField::Until::kModel || stream.has_value());
    return enough ? stop(ec) : true;
  }

  // A value that is neither a string nor a boolean nor null begins where the key asked for one.
  bool on_other_value(error_code& ec) {
    const Awaiting was = std::exchange(awaiting, Awaiting::kNothing);
    if (was == Awaiting::kModel) return refuse("`model` is not a string", ec);
    return true;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code& ec) {
    ++depth;
    return on_other_value(ec);
  }
  bool on_array_end(std::size_t, error_code&) {
    --depth;
    return true;
  }
  bool on_object_begin(error_code& ec) {
    is_object |= depth == 0;
    ++depth;
    return on_other_value(ec);
  }
  bool on_object_end(std::size_t, error_code&) {
    --depth;
    return true;
  }

  bool on_key_part(string_view part, std::size_t size, error_code&) {
    if (depth == 1 && is_object && size <= kLongestKey) key.append(part.data(), part.size());
    return true;
  }
  bool on_key(string_view part, std::size_t size, error_code& ec) {
    on_key_part(part, size, ec);
    awaiting = Awaiting::kNothing;
    if (depth == 1 && is_object && size <= kLongestKey) {
      if (key == "model" && !model_known && !model_null) awaiting = Awaiting::kModel;
      if (key == "stream" && !stream) awaiting = Awaiting::kStream;
    }
    key.clear();
    return true;
  }

  bool on_string_part(string_view part, std::size_t size, error_code& ec) {
    if (awaiting != Awaiting::kModel) return true;
    if (size > ModelField::kMaxModelBytes) return refuse("`model` is too long", ec);
    model.append(part.data(), part.size());
    return true;
  }
  bool on_string(string_view part, std::size_t size, error_code& ec) {
    if (!on_string_part(part, size, ec)) return false;
    if (std::exchange(awaiting, Awaiting::kNothing) != Awaiting::kModel) return true;
    if (model.empty()) return refuse("`model` is empty", ec);
    model_known = true;
    return check_enough(ec);
  }

  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, string_view, error_code& ec) { return on_other_value(ec); }
  bool on_uint64(std::uint64_t, string_view, error_code& ec) { return on_other_value(ec); }
  bool on_double(double, string_view, error_code& ec) { return on_other_value(ec); }
  bool on_bool(bool value, error_code& ec) {
    if (awaiting != Awaiting::kStream) return on_other_value(ec);
    awaiting = Awaiting::kNothing;
    stream = value;
    return check_enough(ec);
  }
  bool on_null(error_code&) {
    model_null |= std::exchange(awaiting, Awaiting::kNothing) == Awaiting::kModel;
    return true;
  }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

json::parse_options bounded() {
  json::parse_options options;
  options.max_depth = ModelField::kMaxDepth;
  return options;
}

}  // namespace

struct ModelField::Impl {
  explicit Impl(Until until) { restart(until); }

  void restart(Until until) {
    parser.reset();
    parser.handler() = {};
    parser.handler().until = until;
    state = State::kNeedMore;
    blank = true;
  }

  State advance(std::string_view piece, bool more) {
    if (state != State::kNeedMore) return state;
    const Handler& handler = parser.handler();
    if (blank) {  // an empty body names no model; to the parser it is an error
      const std::size_t begin = piece.find_first_not_of(" \t\r\n");
      if (begin == std::string_view::npos) return more ? state : state = State::kAbsent;
      blank = false;
      piece.remove_prefix(begin);
    }
    if (parser.done()) return close(piece, more);
    error_code ec;
    const std::size_t read = parser.write_some(more, piece.data(), piece.size(), ec);
    if (handler.enough) return state = State::kFound;
    if (ec) {
      if (handler.problem.empty()) parser.handler().problem = describe(ec);
      return state = State::kMalformed;
    }
    if (!parser.done()) return state;
    return close(piece.substr(read), more);
  }

  // The document is complete: only blanks may follow, and what is not known now is not there.
  State close(std::string_view rest, bool more) {
    if (rest.find_first_not_of(" \t\r\n") != std::string_view::npos) {
      parser.handler().problem = "the body goes on after its JSON value";
      return state = State::kMalformed;
    }
    if (more) return state;
    return state = parser.handler().model_known ? State::kFound : State::kAbsent;
  }

  static std::string describe(const error_code& ec) {
    if (ec == json::error::too_deep) return "the body is nested too deeply";
    return "the body is not valid JSON: " + ec.message();
  }

  json::basic_parser<Handler> parser{bounded()};
  State state = State::kNeedMore;
  bool blank = true;
};

ModelField::ModelField(Until until) : impl_(std::make_unique<Impl>(until)) {}
ModelField::~ModelField() = default;
ModelField::ModelField(ModelField&&) noexcept = default;
ModelField& ModelField::operator=(ModelField&&) noexcept = default;

ModelField::State ModelField::feed(std::string_view piece) { return impl_->advance(piece, true); }
ModelField::State ModelField::finish() { return impl_->advance({}, false); }
ModelField::State ModelField::state() const { return impl_->state; }

const std::string& ModelField::model() const {
  static const std::string kNone;
  const Handler& handler = impl_->parser.handler();
  return handler.model_known ? handler.model : kNone;
}

std::optional<bool> ModelField::stream() const { return impl_->parser.handler().stream; }
const std::string& ModelField::problem() const { return impl_->parser.handler().problem; }
void ModelField::reset() { impl_->restart(impl_->parser.handler().until); }

}  // namespace signalbox::wire
