"""Line breaks for centred text: as few lines as fit, of lengths as equal as they can be.

On the way to the first frame: no module is loaded that plain text does not need.
"""

_ZWJ = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
WIDE = "\u0300"  # from here on a printable character may take no column, or two
_PAUSES = (".", ",", ":", ";", "!", "?")


def cells(text: str) -> int:
    """Columns that the text takes on a terminal."""
    if text.isascii() or max(text) < WIDE:
        return len(text)
    from oo_data.text import width

    return width(text)


def balance(text: str, width: int) -> list[str]:
    """Break text at its blanks into lines of at most `width` columns; no word is left alone where that can be helped.

    A line rather ends with a comma or a stop where that costs little evenness. A word that is wider than a line is
    divided between characters, evenly.
    """
    width = max(width, 2)
    words = [piece for word in text.split(" ") if word for piece in _pieces(word, width)]
    lines: list[str] = []
    start = 0
    for end in _ends(words, width):
        lines.append(" ".join(words[start:end]))
        start = end
    return lines


def _ends(words: list[str], width: int) -> list[int]:
    """Where the lines end: the fewest lines, then the least sum of squared lengths, then the longer lines on top."""
    sizes = [cells(word) for word in words]
    # A pause is worth being a tenth of the width off the middle.
    gains = [width * width // 50 if word.endswith(_PAUSES) else 0 for word in words]
    # From each word on: the lines still to come, their cost, and where the first of them ends.
    best = [(0, 0, 0)] * (len(words) + 1)
    for start in reversed(range(len(words))):
        length, found = -1, list[tuple[int, int, int]]()
        for end in range(start + 1, len(words) + 1):
            length += sizes[end - 1] + 1
            if length > width and found:
                break
            count, cost, _ = best[end]
            found.append((count + 1, cost + length * length - gains[end - 1], -end))
        best[start] = min(found)
    ends, at = [], 0
    while at < len(words):
        at = -best[at][2]
        ends.append(at)
    return ends


def _pieces(word: str, width: int) -> list[str]:
    """The word, or the even parts it must be divided into."""
    size = cells(word)
    if size <= width:
        return [word]
    target = -(-size // -(-size // width))
    parts, part, filled = [], "", 0
    for cluster in _clusters(word):
        step = cells(cluster)
        if part and (filled >= target or filled + step > width):
            parts.append(part)
            part, filled = "", 0
        part, filled = part + cluster, filled + step
    return [*parts, part]


def _clusters(word: str) -> list[str]:
    """Characters with the marks, joiners and skin tones that belong to them."""
    import unicodedata

    found: list[str] = []
    for char in word:
        bound = unicodedata.category(char)[0] == "M" or char == _ZWJ or ord(char) in _SKIN_TONES
        if found and (bound or found[-1].endswith(_ZWJ)):
            found[-1] += char
        else:
            found.append(char)
    return found
