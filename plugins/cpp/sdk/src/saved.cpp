#include <callbox/saved.hpp>

namespace callbox::saved {

bool Reader::take(void *to, std::size_t size)
{
    if (left_.size() < size)
        return false;
    if (size > 0)
        std::memcpy(to, left_.data(), size);
    left_ = left_.subspan(size);
    return true;
}

bool Reader::take_length(std::size_t &length)
{
    std::uint64_t written = 0;
    if (!take(&written, sizeof written) || written > left_.size())
        return false;
    length = static_cast<std::size_t>(written);
    return true;
}

void put(Bytes &bytes, const void *from, std::size_t size)
{
    std::size_t at = bytes.size();
    bytes.resize(at + size);
    if (size > 0)
        std::memcpy(bytes.data() + at, from, size);
}

void put_length(Bytes &bytes, std::size_t length)
{
    std::uint64_t written = length;
    put(bytes, &written, sizeof written);
}

bool Codec<bool>::read(Reader &reader, bool &value)
{
    std::uint8_t byte = 0;
    bool whole = reader.take(&byte, sizeof byte) && byte <= 1;
    value = byte == 1;
    return whole;
}

void Codec<std::string>::write(Bytes &bytes, const std::string &value)
{
    put_length(bytes, value.size());
    put(bytes, value.data(), value.size());
}

bool Codec<std::string>::read(Reader &reader, std::string &value)
{
    std::size_t length = 0;
    if (!reader.take_length(length))
        return false;
    value.resize(length);
    return reader.take(value.data(), length);
}

std::unexpected<std::string> refusal(std::size_t size)
{
    return fail("these {} saved bytes are not what this plugin writes", size);
}

} // namespace callbox::saved
