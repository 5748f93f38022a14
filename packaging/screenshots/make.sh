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
convert build/demo/02-ringing.png -crop '346x126+908+662' +repage build/demo/part-card.png
montage "${parts[@]}" -tile 3x1 -geometry +16+16 -background '#cdd4dc' build/demo/windows.png
convert build/demo/windows.png build/demo/part-card.png -gravity northwest -geometry +501+520 -composite packaging/screenshots/window.png
