<?php
/*
 * The least that a board in PHP does, and no board: rows of a thread as a page, and a form that keeps
 * a post and its picture. No moderation, no filters, no tokens, no markup, no templates. What vichan
 * does besides costs more; this is what it can't cost less than.
 */
$folder = $_SERVER['EGIDE_FOLDER'];
$db = new PDO("mysql:unix_socket=$folder/db.sock;dbname=floor;charset=utf8mb4", 'root', '', [
  PDO::ATTR_PERSISTENT => true,
  PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
  PDO::ATTR_EMULATE_PREPARES => false,
]);
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);

function escaped(string $text): string {
  return htmlspecialchars($text, ENT_QUOTES);
}

function one_post(array $row, string $uri): string {
  $no = (int) $row['id'];
  $thread = (int) $row['thread'];
  $html = "<article class=\"post\" id=\"p$no\"><header>";
  if ($row['subject'] !== '') $html .= '<b class="subject">' . escaped($row['subject']) . '</b>';
  $html .= '<b class="author">' . escaped($row['name']) . '</b><time datetime="'
    . gmdate('Y-m-d\TH:i:s\Z', (int) $row['time']) . '">' . gmdate('d M Y, H:i', (int) $row['time'])
    . " UTC</time><a href=\"/$uri/thread/$thread#p$no\">No. $no</a>"
    . "<a class=\"cite\" href=\"/$uri/thread/$thread?quote=$no#reply\">↩</a></header>";
  if ($row['file'] !== '') {
    $file = escaped($row['file']);
    $html .= "<div class=\"files\"><figure><a class=\"thumb\" href=\"/media/$file\"><img src=\"/media/t/$file\""
      . " width=\"250\" height=\"188\" loading=\"lazy\" alt=\"\"></a><figcaption><a href=\"/media/$file\">"
      . "picture.jpg</a></figcaption></figure></div>";
  }
  return $html . '<div class="text">' . $row['body'] . '</div></article>';
}

function whole_thread(PDO $db, string $uri, int $no): ?string {
  $query = $db->prepare("select id, thread, subject, name, time, body, file from posts_$uri
    where id = ? or thread = ? order by id");
  $query->execute([$no, $no]);
  $rows = $query->fetchAll(PDO::FETCH_ASSOC);
  if ($rows === []) return null;
  $html = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>/$uri/ $no</title></head><body>";
  foreach ($rows as $row) $html .= one_post($row, $uri);
  return $html . "<form method=\"post\" action=\"/$uri/post\" enctype=\"multipart/form-data\">"
    . "<input type=\"hidden\" name=\"thread\" value=\"$no\"><textarea name=\"text\"></textarea>"
    . '<input type="file" name="files"><button>Post</button></form></body></html>';
}

/** Readers get pages as files: who posts writes them. */
function write_page(string $to, string $html): void {
  if (!is_dir(dirname($to))) mkdir(dirname($to), 0777, true);
  $temp = $to . '.' . getmypid();
  file_put_contents($temp, $html);
  rename($temp, $to);
}

if (preg_match('~^/(bench\d+)/thread/(\d+)$~', $path, $found)) {
  $html = whole_thread($db, $found[1], (int) $found[2]);
  if ($html === null) http_response_code(404);
  echo $html;
  exit;
}
if (!preg_match('~^/(bench\d+)/post$~', $path, $found)) {
  http_response_code(404);
  exit;
}
$uri = $found[1];
$file = '';
$upload = $_FILES['files'] ?? null;
if ($upload !== null && $upload['error'] === UPLOAD_ERR_OK && $upload['size'] > 0) {
  $temp = $upload['tmp_name'];
  [$width, $height, $type] = getimagesize($temp);
  if ($type !== IMAGETYPE_JPEG) {
    http_response_code(422);
    exit;
  }
  $file = md5_file($temp) . '.jpg';
  $known = $db->prepare("select id from posts_$uri where file = ? limit 1");
  $known->execute([$file]);
  $known->fetchAll();
  $image = imagecreatefromjpeg($temp);
  $scale = min(1, 250 / max($width, $height));
  $thumb = imagecreatetruecolor((int) ($width * $scale), (int) ($height * $scale));
  imagecopyresampled($thumb, $image, 0, 0, 0, 0, (int) ($width * $scale), (int) ($height * $scale), $width, $height);
  imagejpeg($thumb, "$folder/www/media/t/$file");
  move_uploaded_file($temp, "$folder/www/media/$file");
}
$text = $_POST['text'] ?? '';
$body = str_replace("\n", '<br>', escaped($text));
$thread = (int) ($_POST['thread'] ?? 0);
$now = time();
$insert = $db->prepare("insert into posts_$uri (thread, subject, name, time, bump, body, body_nomarkup, file, ip)
  values (?, ?, 'Anonymous', ?, ?, ?, ?, ?, ?)");
$insert->execute([$thread === 0 ? null : $thread, $_POST['subject'] ?? '', $now, $now, $body, $text, $file, $_SERVER['HTTP_X_FORWARDED_FOR'] ?? '']);
$no = (int) $db->lastInsertId();
if ($thread === 0) $thread = $no;
else $db->prepare("update posts_$uri set bump = ? where id = ?")->execute([$now, $thread]);
write_page("$folder/www/static/$uri/$thread.html", whole_thread($db, $uri, $thread));
$index = '<!doctype html><html><body>';
$top = $db->query("select id, thread, subject, name, time, body, file from posts_$uri where thread is null order by bump desc limit 10")->fetchAll(PDO::FETCH_ASSOC);
$newest = $db->prepare("select id, thread, subject, name, time, body, file from posts_$uri where thread = ? order by id desc limit 5");
foreach ($top as $opening) {
  $index .= one_post($opening, $uri);
  $newest->execute([$opening['id']]);
  foreach (array_reverse($newest->fetchAll(PDO::FETCH_ASSOC)) as $row) $index .= one_post($row, $uri);
}
write_page("$folder/www/static/$uri/index.html", $index . '</body></html>');
header("Location: /$uri/thread/$thread#p$no", true, 303);
