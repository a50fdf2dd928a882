// SPDX-License-Identifier: Apache-2.0
//
// Where lines end, found before the grammar sees them. Beast's parser looks at whatever has
// arrived, so the same bad bytes could fail differently depending on how the network cut them. It
// is therefore fed whole lines only; and what it forgives (a bare line feed, a folded line) is
// caught here, where lines are seen.
#pragma once

#include <cstddef>
#include <string_view>

namespace signalbox::wire {

// Walks the lines of a head that arrives in pieces.
class HeadScanner {
 public:
  struct Step {
    std::size_t feed = 0;   // bytes to show the grammar: whole lines and one byte of look-ahead
    std::size_t take = 0;   // of these, the bytes it is going to consume
    bool complete = false;  // the empty line is among them
    const char* fault = nullptr;  // behind `feed` comes a line that is refused; why
  };

  // `head`: all bytes of the head not taken yet, the same as before plus what arrived since.
  Step scan(std::string_view head);

  // The first `count` bytes, whole lines, were consumed.
  void taken(std::size_t count);

  void reset() { line_ = searched_ = 0; }

 private:
  std::size_t line_ = 0;      // where the first line not fed begins
  std::size_t searched_ = 0;  // no unseen line feed before this
};

// The line that announces a chunk, and behind the last chunk the trailers with their empty line.
struct ChunkScan {
  std::size_t feed = 0;         // bytes of the whole element; 0 = not all there yet
  const char* fault = nullptr;  // refused; why
  bool trailers_too_long = false;
};

// `bytes` start at the line, or at the CRLF ending the data of the chunk before (`after_data`).
ChunkScan scan_chunk_line(std::string_view bytes, bool after_data);

}  // namespace signalbox::wire
