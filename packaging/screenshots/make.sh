#!/usr/bin/env bash
# Puts the README's picture together from the demo's pictures (`make demo` without a display leaves them in build/demo).
set -euo pipefail
cd "$(dirname "$0")/../.."
window='420x720+429+31'
parts=()
for stop in 02-ringing 06-ringout 13-dark-history; do
    convert "build/demo/$stop.png" -crop "$window" +repage "build/demo/part-$stop.png"
    parts+=("build/demo/part-$stop.png")
done
convert build/demo/02-ringing.png -crop '360x126+908+662' +repage build/demo/part-card.png
convert build/demo/04-missed.png -crop '360x62+908+594' +repage build/demo/part-missed.png
montage "${parts[@]}" -tile 3x1 -geometry +16+16 -background '#cdd4dc' build/demo/windows.png
convert build/demo/part-card.png build/demo/part-missed.png -background '#cdd4dc' -splice 0x16 -append build/demo/cards.png
convert build/demo/windows.png build/demo/cards.png -background '#cdd4dc' -gravity north +append \
    -bordercolor '#cdd4dc' -border 8 packaging/screenshots/window.png
