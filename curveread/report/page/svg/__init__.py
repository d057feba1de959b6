"""ChartSpec -> inline SVG: crisp, small, without scripts, light and dark by the page's style sheet."""
