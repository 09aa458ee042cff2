// A photo made ready to be sent: upright, at most 2560 px, JPEG. What the browser cannot open goes as it is.
const LONGER = 2560;
const LIGHT = 1.5 * 1024 * 1024;
const OPENS = ["image/jpeg", "image/png", "image/webp"];

// {blob, width, height, shown}; `shown`: whether the browser can show it.
export async function prepare(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return { blob: file, shown: false };
  }
  const { width, height } = bitmap;
  const scale = Math.min(1, LONGER / Math.max(width, height));
  if (!OPENS.includes(file.type) || (scale === 1 && file.type === "image/jpeg" && file.size <= LIGHT)) {
    bitmap.close();
    return { blob: file, width, height, shown: true }; // small already: the camera's own notes of place and time stay
  }
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.imageSmoothingQuality = "high";
  brush.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.86));
  return { blob: blob ?? file, width: canvas.width, height: canvas.height, shown: true };
}

export const isPhoto = (file) => file.type.startsWith("image/") || /\.(heic|heif)$/i.test(file.name);
