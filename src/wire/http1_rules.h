// SPDX-License-Identifier: Apache-2.0
//
// What a head must satisfy beyond the grammar. Lenient readers are how requests are smuggled: two
// of them disagree on where a message ends, and the bytes in between become someone else's request.
// So every framing doubt is refused here, the connection closes, and nothing is forwarded.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "wire/http1_message.h"

namespace signalbox::wire {

// The framing of a request, or why it is refused: 400 for a fault, 405 for CONNECT and TRACE, 417
// for an unknown expectation, 501 for a transfer coding we do not know.
Result<Framing, ParseFailure> check_request(const RequestHead& head);

// The framing of a unit's answer, or why it is refused (always 502). `head_request`: the answer to
// a HEAD has no body.
Result<Framing, ParseFailure> check_response(const ResponseHead& head, bool head_request);

// The same where a message is a stream of its own (HTTP/2), which says by itself where it ends:
// `ends`: with its head. Without a stated length its body is kChunked, of unknown length.
Result<Framing, ParseFailure> check_stream_request(const RequestHead& head, bool ends);
Result<Framing, ParseFailure> check_stream_response(const ResponseHead& head, bool head_request,
                                                    bool ends);

// Whether two spellings name one host: case and the scheme's own port make no difference.
bool same_authority(std::string_view a, std::string_view b, std::string_view scheme);

// Why a trailer of this name is refused, in words; nullopt when it may pass. Fields that frame or
// route a message have no say after it.
std::optional<std::string_view> refused_trailer(std::string_view name);

}  // namespace signalbox::wire
