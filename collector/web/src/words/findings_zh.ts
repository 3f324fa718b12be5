// Findings in words, the cause first, and what the operator does next.
export interface Finding {
  cause: string;
  next: string;
}

export const findings_zh = {
  "line.loss": { cause: "线路丢包超限", next: "报线路运营商查误码与拥塞；开会前切到备用线路。" },
  "line.delay": { cause: "线路时延超限", next: "核对是否绕行或走了卫星；请运营商查路由。" },
  "line.jitter": { cause: "线路抖动超限", next: "查同线路有无大流量；请运营商查拥塞。" },
  "line.down": { cause: "线路中断", next: "电话问会场光猫、路由器指示灯；报运营商并切备用线路。" },
  "line.no-reply": { cause: "对端不应答", next: "先看同一对端的其他会场；只此一处时查会场网络与防火墙。" },
  "http.status": { cause: "网页服务返回错误", next: "登录设备管理页核对；必要时请会场重启该设备。" },
  "http.text": { cause: "网页内容不对", next: "用浏览器打开该页核对能否登录；必要时请会场重启该设备。" },
  "http.down": { cause: "网页服务打不开", next: "请会场确认设备通电、网线插好，再重启该设备。" },
  "http.slow": { cause: "网页服务响应慢", next: "查设备负载与线路；会前一小时仍慢则重启设备。" },
  "camera.no-answer": { cause: "摄像机不应答控制", next: "请会场查摄像机电源与控制线；再断电重启摄像机。" },
  "camera.wrong-answer": { cause: "摄像机应答异常", next: "核对控制协议、地址与波特率是否被改动。" },
  "camera.unreachable": { cause: "摄像机网络不通", next: "请会场查摄像机电源与网线；核对地址是否被改动。" },
  "camera.refused": { cause: "摄像机拒绝控制连接", next: "在摄像机网页启用 VISCA 控制并核对端口；退出其他控制端。" },
  "camera.preset-off": { cause: "摄像机偏离预置位", next: "调用预置位；仍偏离时请会场检查云台有无卡阻。" },
  "camera.power-off": { cause: "摄像机未开机", next: "请会场用遥控器开机；确认电源适配器有电。" },
  "camera.not-executable": { cause: "摄像机当前不能执行指令", next: "稍后重试；持续出现时退出其菜单或自动跟踪模式。" },
  "picture.no-signal": { cause: "没有视频信号", next: "请会场查摄像机到终端的视频线和输入源选择。" },
  "picture.black": { cause: "画面全黑", next: "请会场查镜头盖、灯光与摄像机是否待机。" },
  "picture.frozen": { cause: "画面冻结", next: "请会场在镜头前走动核实；仍不动则重启摄像机。" },
  "picture.dark": { cause: "画面过暗", next: "请会场开主席台灯光；再查摄像机光圈与曝光。" },
  "picture.bright": { cause: "画面过亮", next: "请会场拉上窗帘或避开逆光；再查曝光设置。" },
  "picture.flat": { cause: "画面无内容（单色或失焦）", next: "请会场查镜头朝向、遮挡与对焦。" },
  "host.disk": { cause: "主机磁盘将满", next: "远程清理旧文件；不影响本次会议，当班内处理。" },
  "host.memory": { cause: "主机内存不足", next: "远程重启主机程序；再次出现请报维护人员。" },
  "host.temperature": { cause: "主机温度过高", next: "请会场查机柜风扇与通风；必要时断电降温。" },
  "host.load": { cause: "主机负载过高", next: "远程查看占用处理器的程序；持续时重启主机程序。" },
  "host.clock": { cause: "主机时钟不准", next: "查主机对时服务器是否可达；其间结果时间不可信。" },
  "host.flash": { cause: "主机存储寿命将尽", next: "安排备件，近期更换存储卡或主机。" },
} as const satisfies Record<string, Finding>;

/** Where a class has no finding of its own, or a venue no class. */
export const classes_zh = {
  silent: { cause: "会场主机失联", next: "电话联系会场：主机是否通电、网线是否插好。" },
  fail: { cause: "故障，原因未明", next: "打开会场页查看各项结果，电话核实。" },
  stale: { cause: "数据陈旧，探测停了", next: "主机在线但没有新结果；远程重启主机程序。" },
  unknown: { cause: "无法判定", next: "看会场页上各项的原因，必要时电话核实。" },
  degraded: { cause: "质量劣化", next: "打开会场页查看超限的数值。" },
  pass: { cause: "正常", next: "无需处理。" },
  never: { cause: "已登记，从未上报", next: "按台账联系会场：主机是否已安装、通电、联网。" },
  excluded: { cause: "已排除，不计入应到", next: "恢复使用时在台账中取消排除。" },
} as const satisfies Record<string, Finding>;

export const other_zh: Finding = { cause: "其他问题（{code}）", next: "打开会场页查看详情，电话核实。" };
