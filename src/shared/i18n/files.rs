//! Texts about files: choosing, uploading, showing them.

use super::Locale;

texts! {
    attach_files: "Прикрепить файл", "Attach a file";
    attach_hint:
        "JPEG, PNG, WebP, GIF, PDF, DOCX, XLSX или TXT до 5 МБ. Можно перетащить в окно или вставить из буфера.",
        "JPEG, PNG, WebP, GIF, PDF, DOCX, XLSX or TXT up to 5 MB. You can also drag it here or paste it.";
    drop_files_here: "Отпустите, чтобы прикрепить", "Drop to attach";
    chosen_files: "Файлы к ответу", "Files for the answer";
    files_go_first:
        "Каждый файл уйдёт отдельным сообщением, по порядку, затем текст.",
        "Each file goes as a message of its own, in this order, then the text.";
    discard: "Убрать", "Remove";
    file_uploading: "Загружается", "Uploading";
    file_ready: "Готов к отправке", "Ready to send";
    wait_for_upload: "Дождитесь загрузки файлов", "Wait until the files are uploaded";
    settle_files_first: "Уберите или загрузите снова файлы с ошибкой", "Remove the files with errors or upload them again";

    picture_coming: "Загружаем изображение…", "Loading the picture…";
    file_coming: "Загружаем файл…", "Loading the file…";
    fetch_again: "Загрузить ещё раз", "Load again";
    file_gone: "Маркетплейс больше не хранит этот файл.", "The marketplace does not keep this file any more.";
    file_refused: "Маркетплейс не отдаёт этот файл.", "The marketplace does not give this file.";
    file_unreachable:
        "Маркетплейс не отвечает, файл не загружен.",
        "The marketplace does not answer; the file was not loaded.";
    file_no_access:
        "Нет доступа к кабинету, файл не загружен. Проверьте ключ на странице «Кабинеты».",
        "There is no access to the account; the file was not loaded. Check the key on “Seller accounts”.";
    file_lost:
        "Файл не отправлен: его больше нет в хранилище. Прикрепите его снова.",
        "The file was not sent: it is not in the store any more. Attach it again.";

    file_empty: "Файл пустой. Выберите другой.", "The file is empty. Choose another one.";
    file_kind_not_taken:
        "Такие файлы не отправляются. Подойдут JPEG, PNG, WebP, GIF, PDF, DOCX, XLSX и TXT.",
        "Files of this kind are not sent. JPEG, PNG, WebP, GIF, PDF, DOCX, XLSX and TXT are.";
    file_content_differs:
        "Содержимое файла не соответствует его расширению. Сохраните файл в нужном формате и прикрепите снова.",
        "What is in the file is not what its extension says. Save it in the right format and attach it again.";
    picture_unreadable:
        "Изображение повреждено или слишком велико по размеру в пикселях. Сохраните его заново и прикрепите снова.",
        "The picture is damaged or has too many pixels. Save it anew and attach it again.";
    file_not_there:
        "Файла на сервере уже нет. Прикрепите его снова.",
        "The file is not on the server any more. Attach it again.";
}

impl Locale {
    /// A size: `24 КБ`, `1,4 МБ`.
    pub fn file_size(self, bytes: i64) -> String {
        let (kilo, mega) = (1024, 1024 * 1024);
        if bytes < kilo {
            return format!("{bytes}\u{a0}{}", self.pick("Б", "B"));
        }
        if bytes < mega {
            return format!("{}\u{a0}{}", (bytes + kilo / 2) / kilo, self.pick("КБ", "KB"));
        }
        let tenths = (bytes * 10 + mega / 2) / mega;
        let point = self.pick(",", ".");
        let fraction = if tenths % 10 == 0 { String::new() } else { format!("{point}{}", tenths % 10) };
        format!("{}{fraction}\u{a0}{}", tenths / 10, self.pick("МБ", "MB"))
    }

    /// Why a file is too large.
    pub fn file_too_large(self, max_bytes: i64) -> String {
        let most = self.file_size(max_bytes);
        match self {
            Locale::Ru => format!("Файл больше {most}. Уменьшите его и прикрепите снова."),
            Locale::En => format!("The file is larger than {most}. Make it smaller and attach it again."),
        }
    }

    /// More files than go with one answer.
    pub fn too_many_files(self, most: i64) -> String {
        let files = self.count(most, ["файла", "файлов", "файлов"], ["file", "files"]);
        match self {
            Locale::Ru => {
                format!("К одному ответу можно прикрепить не больше {files}: остальные не добавлены.")
            }
            Locale::En => format!("An answer takes at most {files}: the others were not added."),
        }
    }

    /// The button that takes a file away again.
    pub fn remove_file(self, name: &str) -> String {
        format!("{} {}", self.pick("Убрать файл", "Remove the file"), self.quoted(name))
    }

    /// The button that uploads a file once more.
    pub fn upload_again(self, name: &str) -> String {
        format!("{} {}", self.pick("Загрузить снова файл", "Upload again the file"), self.quoted(name))
    }

    /// A picture, named for readers.
    pub fn picture_called(self, name: &str) -> String {
        if name.is_empty() { self.image().to_owned() } else { format!("{}: {name}", self.image()) }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn sizes_are_short_and_local() {
        let size = |bytes| Locale::Ru.file_size(bytes).replace('\u{a0}', " ");
        assert_eq!(size(512), "512 Б");
        assert_eq!(size(24 * 1024), "24 КБ");
        assert_eq!(size(5 * 1024 * 1024), "5 МБ");
        assert_eq!(size(1024 * 1024 * 14 / 10), "1,4 МБ");
        assert_eq!(Locale::En.file_size(1024 * 1024 * 14 / 10), "1.4\u{a0}MB");
    }
}
