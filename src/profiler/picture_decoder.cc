// SPDX-License-Identifier: Apache-2.0
//
// libpng through its simplified interface and libjpeg-turbo through TurboJPEG's: both report errors
// as values, so that no longjmp passes over our objects.
#include "profiler/picture_decoder.h"

#include <fmt/format.h>
#include <png.h>
#include <turbojpeg.h>

#include <memory>
#include <string>
#include <utility>

namespace signalbox::profiler {

namespace {

constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1A\n";
constexpr std::string_view kJpegMagic = "\xFF\xD8\xFF";
constexpr std::size_t kBytesPerPixel = 3;

Error too_large(std::string_view format, std::uint64_t width, std::uint64_t height,
                std::uint64_t max_pixels) {
  return Error{fmt::format("a {} of {} x {} pixels; at most {} are looked at", format, width,
                           height, max_pixels)};
}

Picture blank(std::uint64_t width, std::uint64_t height) {
  Picture picture;
  picture.width = static_cast<int>(width);
  picture.height = static_cast<int>(height);
  picture.rgb.resize(width * height * kBytesPerPixel);
  return picture;
}

// png_image is freed however decoding ends.
struct PngImage : png_image {
  PngImage() : png_image{} { version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(this); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
};

Result<Picture> decode_png(std::string_view bytes, std::uint64_t max_pixels) {
  PngImage image;
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) {
    return Error{fmt::format("a PNG that cannot be read: {}", image.message)};
  }
  if (std::uint64_t{image.width} * image.height > max_pixels) {
    return too_large("PNG", image.width, image.height, max_pixels);
  }
  image.format = PNG_FORMAT_RGB;
  Picture picture = blank(image.width, image.height);
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&image, &white, picture.rgb.data(), 0, nullptr) == 0) {
    return Error{fmt::format("a PNG that breaks off or is damaged: {}", image.message)};
  }
  return picture;
}

struct DestroyJpeg {
  void operator()(void* handle) const { tjDestroy(handle); }
};

Result<Picture> decode_jpeg(std::string_view bytes, std::uint64_t max_pixels) {
  const std::unique_ptr<void, DestroyJpeg> jpeg(tjInitDecompress());
  if (!jpeg) return Error{fmt::format("a JPEG, and no memory to read it: {}", tjGetErrorStr())};
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(jpeg.get(), data, bytes.size(), &width, &height, &subsampling,
                          &colours) != 0) {
    return Error{fmt::format("a JPEG that cannot be read: {}", tjGetErrorStr2(jpeg.get()))};
  }
  const auto wide = static_cast<std::uint64_t>(width);
  const auto high = static_cast<std::uint64_t>(height);
  if (wide * high > max_pixels) return too_large("JPEG", wide, high, max_pixels);
  Picture picture = blank(wide, high);
  // Warnings are of missing and damaged data; a progressive picture of thousands of scans costs as
  // many passes over all of it.
  constexpr int kFlags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT;
  if (tjDecompress2(jpeg.get(), data, bytes.size(), picture.rgb.data(), width, 0, height, TJPF_RGB,
                    kFlags) != 0) {
    return Error{
        fmt::format("a JPEG that breaks off or is damaged: {}", tjGetErrorStr2(jpeg.get()))};
  }
  return picture;
}

}  // namespace

Result<Picture> decode_picture(std::string_view bytes, std::uint64_t max_pixels) {
  if (bytes.starts_with(kPngMagic)) return decode_png(bytes, max_pixels);
  if (bytes.starts_with(kJpegMagic)) return decode_jpeg(bytes, max_pixels);
  if (bytes.empty()) return Error{"no bytes at all, where a picture is expected"};
  return Error{fmt::format("{} bytes that are neither a PNG nor a JPEG", bytes.size())};
}

}  // namespace signalbox::profiler
