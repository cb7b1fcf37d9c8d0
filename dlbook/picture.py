"""A finished figure as a file: sharp on fine screens, small, and with words for screen readers."""

from base64 import b64encode
from html import escape
from io import BytesIO

from matplotlib.figure import Figure

DPI = 192  # shown at half size, since screens of today put two pixels where there was one
DARK = """\
[data-jp-theme-light="false"] img.dlbook { filter: brightness(0.87); border-radius: 8px; }"""
COLORS = 256  # of a palette; no channel is off by more than 6 of 255, which nobody sees


def png(fig: Figure) -> bytes:
    """Return the figure as a PNG file; the same figure gives the same bytes.

    A palette makes the file a third as large as three bytes a pixel would.
    """
    from PIL import Image

    drawn, file = BytesIO(), BytesIO()
    fig.savefig(drawn, format="png", dpi=DPI)
    palette = Image.Quantize.MAXCOVERAGE  # the one that keeps rare colours, such as a thin line's
    few = Image.open(drawn).convert("RGB").quantize(COLORS, palette, dither=Image.Dither.NONE)
    few.save(file, "png", optimize=True)
    return file.getvalue()


def page(fig: Figure, alt: str) -> str:
    """Return the figure as `html` does, toned down where JupyterLab is dark.

    White becomes a light grey, and every colour as much darker: grey words can still be read. More
    would harm it: an inverted photograph is a negative, and 0 on a signed map has to stay pale.

    Args:
        fig: from `plots.figure`.
        alt: what one should see, in one or two sentences.
    """
    return f"<style>{DARK}</style>{html(fig, alt)}"


def html(fig: Figure, alt: str) -> str:
    """Return the figure as an image in HTML, at half the size of its pixels.

    Neither JupyterLab nor the HTML export of nbconvert reads the alt text in the metadata of an
    `image/png`. Both keep the one of an image in HTML.

    Args:
        fig: from `plots.figure`.
        alt: what one should see, in one or two sentences.
    """
    width = round(fig.get_figwidth() * DPI / 2)
    source = f"data:image/png;base64,{b64encode(png(fig)).decode()}"
    size = f'width="{width}" style="max-width:100%"'
    return f'<img alt="{escape(alt)}" {size} class="dlbook" src="{source}">'
