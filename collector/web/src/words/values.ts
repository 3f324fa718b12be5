// What is measured, in words: Chinese, English. The agent's names (agent/src/probe/measures.rs); a test of the workspace
// holds the two together.
export type Pair = readonly [zh: string, en: string];

export const values = {
  loss: ["丢包率", "Loss"],
  rtt_avg: ["平均往返时延", "Mean round trip"],
  rtt_p95: ["往返时延（95%）", "95% round trip"],
  rtt_max: ["最大往返时延", "Longest round trip"],
  jitter_p99: ["抖动（99%）", "99% jitter"],
  connect_ms: ["平均建连时间", "Mean time to connect"],
  connect_max: ["最长建连时间", "Longest time to connect"],
  status: ["状态码", "Status code"],
  first_byte: ["首字节时间", "Time to first byte"],
  power: ["电源（1 开 0 待机）", "Power (1 on, 0 standby)"],
  pan: ["水平位置", "Pan"],
  tilt: ["俯仰位置", "Tilt"],
  zoom: ["变倍位置", "Zoom"],
  vendor_id: ["厂商编号", "Maker number"],
  model_id: ["型号编号", "Model number"],
  rom: ["固件编号", "Firmware number"],
  luma_mean: ["平均亮度", "Mean brightness"],
  luma_sd: ["亮度标准差", "Deviation of brightness"],
  difference: ["帧间差异", "Difference between frames"],
  width: ["画面宽", "Picture width"],
  height: ["画面高", "Picture height"],
  fps: ["帧率", "Frame rate"],
  key_difference: ["关键帧差异", "Difference between key frames"],
  disk_free: ["磁盘剩余", "Disk free"],
  memory_free: ["内存剩余", "Memory free"],
  temperature: ["温度", "Temperature"],
  load: ["每核负载", "Load per core"],
  clock_error: ["时钟误差", "Clock error"],
  flash_day: ["每日写盘量", "Written a day"],
} as const satisfies Record<string, Pair>;

/** Units where a symbol is not what a person reads. */
export const units = {
  "%": ["%", "%"],
  ms: ["毫秒", "ms"],
  luma: ["级", "of 255"],
  px: ["像素", "px"],
  fps: ["帧/秒", "fps"],
  "°C": ["℃", "°C"],
  B: ["字节", "bytes"],
} as const satisfies Record<string, Pair>;
