// Articles: all of them, or the one that the address names.
import { useParams } from 'react-router';
import { ArticlePage } from '../../components/writer/ArticlePage';
import { ContentList } from '../../components/writer/ContentList';

export default function Content() {
  const { id } = useParams();
  return id ? <ArticlePage key={id} id={id} /> : <ContentList />;
}
