// Pictures as pixels: what is chosen, dropped, pasted or photographed becomes the square that the network looks at.
// Nothing here asks anybody outside the page for anything.

const MOST_PIXELS = 64e6;

const canvasOf = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

// RGBA of a built-in picture: deflated steps of green, of red less green and of blue less green, each from the pixel
// before.
const unpacked = async (base64, [height, width]) => {
  const packed = new Blob([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))]),
    steps = packed.stream().pipeThrough(new DecompressionStream("deflate")),
    bytes = new Uint8Array(await new Response(steps).arrayBuffer()),
    many = width * height,
    pixels = new Uint8ClampedArray(4 * many).fill(255);
  for (let at = 0, green = 0, red = 0, blue = 0; at < many; at++) {
    green += bytes[at];
    red += bytes[at + many];
    blue += bytes[at + 2 * many];
    pixels.set([(green + red) & 255, green & 255, (green + blue) & 255], 4 * at);
  }
  return pixels;
};

const painted = (pixels, [height, width]) => {
  const canvas = canvasOf(width, height);
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
};

// The middle of an image or a video in the network's shape, over white, halved until it is near its size.
const fitted = (source, wide, high, [height, width]) => {
  const ratio = Math.max(width / wide, height / high);
  const cut = { wide: width / ratio, high: height / ratio };
  let [from, x, y, across, down] = [source, (wide - cut.wide) / 2, (high - cut.high) / 2, cut.wide, cut.high];
  for (;;) {
    const last = across <= 2 * width;
    const canvas = last ? canvasOf(width, height) : canvasOf(Math.ceil(across / 2), Math.ceil(down / 2));
    const context = canvas.getContext("2d", { willReadFrequently: last });
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(from, x, y, across, down, 0, 0, canvas.width, canvas.height);
    if (last) return context.getImageData(0, 0, width, height).data;
    [from, x, y, across, down] = [canvas, 0, 0, canvas.width, canvas.height];
  }
};

const readPicture = async (file, size) => {
  const address = URL.createObjectURL(file),
    image = new Image();
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = () =>
        reject(new Error(`“${file.name || "This"}” is not a picture that your browser can read.`));
      image.src = address;
    });
    const { naturalWidth: wide, naturalHeight: high } = image;
    if (!wide || !high) throw new Error(`“${file.name}” has no pixels.`);
    if (wide * high > MOST_PIXELS)
      throw new Error(
        `“${file.name}” has ${Math.round((wide * high) / 1e6)} million pixels; ${MOST_PIXELS / 1e6} million are the most. Make it smaller first.`,
      );
    return fitted(image, wide, high, size);
  } finally {
    URL.revokeObjectURL(address);
  }
};

// A tile's answer as something to look at: a canvas, grey where nothing arrives.
const tileCanvas = async (tile, [height, width]) => {
  const canvas = canvasOf(width, height),
    context = canvas.getContext("2d");
  context.fillStyle = "#808080";
  context.fillRect(0, 0, width, height);
  if (tile.source) {
    const image = new Image();
    image.src = tile.source;
    await image.decode();
    context.drawImage(image, 0, 0, width, height);
  } else if (tile.pixels) {
    const [x, y, wide, high] = tile.box;
    context.putImageData(new ImageData(tile.pixels, wide, high), x, y);
  }
  return canvas;
};
